// The page: what its controls say goes to the library, and what the library answers goes into text and plots.
// SPDX-License-Identifier: BSL-1.0
import { fetchProgram, Library, Refused } from './library.js';
import { count, fill, formats, scientific, significant } from './numbers.js';
import { plot, rangeOf } from './plot.js';
import { Malformed, readRuns } from './table.js';

const resamples = 200; // enough for a 90 % interval, and a few hundredths of a second
const budgets = { from: 1e17, to: 1e28, count: 45 };
const regions = { small: [0, 3], medium: [2, 5], all: [0, 8] };
const powerOf = (exponent) => Number((10 ** exponent).toPrecision(3));

// --- Controls

/** What a control stands for, and how it is read out. */
const meanings = {
  decimals: [Number, (value) => (value === 1 ? '1 decimal' : `${value} decimals`)],
  noise: [Number, (value) => `${value > 0 ? '+' : ''}${(value / 1000).toFixed(3)} nats`.replace('-', '−')],
  delta: [(text) => powerOf(Number(text)), (value) => significant(value, 2)],
  flops: [(text) => powerOf(Number(text)), (value) => `${scientific(value)} FLOP`],
  unique_tokens: [(text) => powerOf(Number(text)), (value) => count(value)],
  P: [Number, (value) => `${value.toFixed(4)} nats/token`],
  epochs: [(text) => powerOf(Number(text)), (value) => significant(value, 3)],
};

/** Reads the controls of a form, and reads them out beside their sliders. */
function settingsOf(form) {
  const settings = {};
  for (const control of form.elements) {
    if (control.type === 'radio' ? control.checked : control.type === 'textarea') settings[control.name] = control.value;
    if (control.type !== 'range') continue;
    const [valueOf, textOf] = meanings[control.name];
    const value = (settings[control.name] = valueOf(control.value));
    control.setAttribute('aria-valuetext', textOf(value));
    control.parentElement.querySelector('output').textContent = textOf(value);
  }
  return settings;
}

/** Calls `act` at most once a frame, however often it is asked to. */
function oncePerFrame(act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      act();
    });
  };
}

function setText(element, text) {
  element.textContent = text;
  element.hidden = text === '';
}

// --- A fit and its plan: the same for runs that are made and runs that are pasted

class Study {
  #library;
  #root;
  #svgs;
  #answers = {};
  #asked = '';
  #timer;

  constructor(library, root) {
    this.#library = library;
    this.#root = root;
    root.append(document.getElementById('answer').content.cloneNode(true));
    this.#svgs = Object.fromEntries(['loss', 'ratio', 'residual'].map((name) => [name, root.querySelector(`.${name}-plot`)]));
    for (const [name, svg] of Object.entries(this.#svgs)) svg.id = `${root.parentElement.id}-${name}`;
  }

  /** Brings the page up to date. `runs` says which, and hands them over; the fit is made anew only where it must be. */
  update(runs, { delta, flops }) {
    clearTimeout(this.#timer);
    try {
      const asked = `${runs.key} ${delta}`;
      if (asked !== this.#asked) {
        this.#asked = '';
        runs.handOver(this.#library);
        this.#answers = { fit: this.#library.ask('fit', delta), truth: runs.made && this.#library.ask('truth') };
        this.#answers.resamples = 0;
        this.#asked = asked;
      }
      Object.assign(this.#answers, { flops, delta });
      setText(this.#root.querySelector('.refusal'), '');
      this.#root.classList.remove('stale');
      this.#resampleAndShow();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refuse(error.message);
    }
  }

  refuse(message) {
    clearTimeout(this.#timer);
    this.#asked = '';
    setText(this.#root.querySelector('.refusal'), message);
    this.#root.classList.add('stale');
  }

  redraw() {
    if (this.#asked !== '') this.#draw();
  }

  /** Resamples for as long as a frame may take, shows what that says, and goes on if it was not enough. */
  #resampleAndShow() {
    const begin = performance.now();
    while (this.#answers.resamples < resamples && performance.now() - begin < 30)
      this.#answers.resamples = this.#library.ask('resample', 20);
    this.#answers.plan = this.#library.ask('plan', this.#answers.flops);
    this.#answers.plans = this.#library.ask('plans', budgets.from, budgets.to, budgets.count);
    this.#show();
    this.#draw();
    const done = this.#answers.resamples >= resamples;
    this.#root.dataset.resamples = this.#answers.resamples;
    this.#root.setAttribute('aria-busy', String(!done));
    if (!done) this.#timer = setTimeout(() => this.#resampleAndShow());
  }

  #show() {
    const { fit, plan, truth } = this.#answers;
    fill(this.#root, this.#answers);
    for (const cell of this.#root.querySelectorAll('.of-truth')) cell.hidden = !truth;
    this.#root.querySelector('.report').textContent = fit.report;
    this.#root.querySelector('.headline').innerHTML = this.#headline();
    this.#root.querySelector('.doubts').replaceChildren(
      ...this.#doubts().map((sentence) => Object.assign(document.createElement('li'), { textContent: sentence })));
  }

  /** The plan in a sentence, with how sure it is; or that there is none to rely on. */
  #headline() {
    const { fit, plan, truth } = this.#answers;
    if (!plan.possible) return 'No plan: by this fit more parameters, or more tokens, do not lower the loss';
    const pair = ({ parameters, tokens }, format) => `${format(parameters)} parameters and ${format(tokens)} tokens`;
    const range = ({ lower, upper }) => `${count(Number(lower))} to ${count(Number(upper))}`;
    const relied = fit.converged && fit.identified && fit.fit_result.at_bound.length === 0 &&
      plan.failed + plan.without_optimum <= 0.05 * plan.resamples;
    const says = relied ? pair(plan.plan, (value) => `<b>${count(value)}</b>`) : 'No plan to rely on';
    return `${says} <span>${relied ? '' : `the fit says ${pair(plan.plan, count)}; `}90 % interval ` +
      `${pair(plan.interval, range)}${truth ? `; the truth wants ${pair(plan.truth, count)}` : ''}</span>`;
  }

  /** What the library doubts of the fit, and how far the plan goes beyond the runs. */
  #doubts() {
    const { fit, plan } = this.#answers;
    const doubts = fit.report.split('\n').filter((line) => line.startsWith('  ! ')).map((line) => line.slice(4));
    if (plan.possible && plan.extrapolation > 1) {
      const factor = formats.factor(plan.extrapolation).slice(2);
      doubts.push(`extrapolation: the plan’s ${plan.beyond} are ${factor} times beyond those of any run`);
    }
    if (plan.failed > 0) doubts.push(`${plan.failed} of ${plan.resamples} resamples could not be fitted`);
    if (plan.without_optimum > 0)
      doubts.push(`${plan.without_optimum} of ${plan.resamples} resamples have no plan, and are left out of the intervals`);
    return doubts;
  }

  #draw() {
    const { fit, plan, plans, truth, delta } = this.#answers;
    const flops = fit.parameters.map((N, i) => 6 * N * fit.tokens[i]);
    const x = { ...budgets, log: true, title: 'training compute C, FLOP' };
    // Each curve has its name on the side that is away from the other one.
    const curves = (of, anchor) => {
      const named = Math.round(anchor * (budgets.count - 1));
      const above = !truth || !plan.possible || plans[of].value[named] >= plans.truth[of][named];
      const line = (name, y, label) =>
        ({ kind: 'line', of: name, x: plans.flops, y, anchor, dy: (name === 'fit') === above ? -10 : 20, label });
      return [
        ...(plan.possible ? [{ kind: 'band', of: 'fit', x: plans.flops, ...plans[of] }] : []),
        ...(plan.possible ? [line('fit', plans[of].value, 'fit')] : []),
        ...(truth ? [line('truth', plans.truth[of], 'truth')] : []),
      ];
    };
    const mark = (of) => (plan.possible
      ? [{ kind: 'mark', of: 'fit', x: plan.plan.flops, y: plan.plan[of], ...plan.interval[of] }] : []);

    plot(this.#svgs.loss, {
      x,
      y: { ...rangeOf([...fit.loss, ...(plans.loss?.value ?? [])], 1.7, 5, Math.min(...fit.loss) / 3), log: true, title: 'loss L, nats per token' },
      layers: [...curves('loss', 0.9), { kind: 'points', of: 'run', x: flops, y: fit.loss },
        { kind: 'cursor', of: 'budget', x: this.#answers.flops, label: 'budget' }, ...mark('loss')],
      description: plan.possible
        ? `Loss against training compute. At the budget the fit expects ${formats.loss(plan.plan.loss)} nats per token.`
        : 'Loss against training compute. The fit has no plan.',
    });
    plot(this.#svgs.ratio, {
      x,
      y: { ...rangeOf(fit.tokens.map((D, i) => D / fit.parameters[i]), 1, 200), log: true,
        title: 'tokens per parameter D/N' },
      layers: [{ kind: 'points', of: 'run', x: flops, y: fit.tokens.map((D, i) => D / fit.parameters[i]) },
        ...curves('tokens_per_parameter', 0.9),
        { kind: 'cursor', of: 'budget', x: this.#answers.flops, label: 'budget' }, ...mark('tokens_per_parameter')],
      description: plan.possible
        ? `Tokens per parameter against training compute. At the budget the fit wants ${formats.ratio(plan.plan.tokens_per_parameter)}.`
        : 'Tokens per parameter against training compute. The fit has no plan.',
    });
    const most = 1.15 * Math.max(delta, ...fit.residuals.map(Math.abs));
    plot(this.#svgs.residual, {
      x: { from: Math.min(...flops) / 1.5, to: Math.max(...flops) * 1.5, log: true, title: 'training compute C, FLOP' },
      y: { from: -most, to: most, percent: true, title: 'fit over measured loss, %' },
      layers: [{ kind: 'zone', of: 'quadratic', from: -delta, to: delta, label: `±δ` },
        { kind: 'level', of: 'zero', y: 0 }, { kind: 'points', of: 'run', x: flops, y: fit.residuals }],
      description: `Residuals of ${flops.length} runs; the largest is ${formats.percent(Math.max(...fit.residuals.map(Math.abs)))}.`,
    });
  }
}

// --- Limited data

class LimitedData {
  #library;
  #root;
  #answers;

  constructor(library, root) {
    this.#library = library;
    this.#root = root;
  }

  update({ flops, unique_tokens, P, epochs }) {
    try {
      const limited = this.#library.ask('limited', flops, unique_tokens, P, epochs);
      const along = this.#library.ask('limited_runs', flops, unique_tokens, P, 10 ** -0.5, 100, 121);
      this.#answers = { limited, along, epochs, flops };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setText(this.#root.querySelector('.refusal'), error.message);
      return;
    }
    setText(this.#root.querySelector('.refusal'), '');
    fill(this.#root, this.#answers);
    const { muennighoff, lovelace } = this.#answers.limited;
    const epochsOf = (best) => significant(best.epochs, 3);
    this.#root.querySelector('.headline').innerHTML =
      `<b>${epochsOf(muennighoff.best)}</b> epochs by Muennighoff’s law, <b>${epochsOf(lovelace.best)}</b> by Lovelace’s ` +
      `<span>for ${scientific(flops)} FLOP and ${count(unique_tokens)} unique tokens</span>`;
    this.redraw();
  }

  redraw() {
    if (this.#answers === undefined) return;
    const { limited, along, epochs } = this.#answers;
    const x = { from: 10 ** -0.5, to: 100, log: true, title: 'epochs' };
    const curve = (law, of, more) => ({ kind: 'line', of: law, x: along.epochs, y: along[law][of], ...more });
    const repeating = (law) => along[law].worth.map((worth, i) => (along.epochs[i] < 1.01 ? NaN : worth));
    const cursor = { kind: 'cursor', of: 'budget', x: epochs, label: 'this run' };
    const top = Math.min(2.2 * limited.unlimited.loss, Math.max(...along.muennighoff.loss, ...along.lovelace.loss));
    plot(document.getElementById('limited-loss'), {
      x,
      y: { from: limited.unlimited.loss / 1.05, to: Math.max(1.15 * limited.unlimited.loss, top), log: true,
        title: 'loss L, nats per token' },
      layers: [{ kind: 'level', of: 'zero', y: limited.unlimited.loss, label: 'unlimited data' },
        curve('muennighoff', 'loss', { anchor: 0.1, dy: 0, align: 'start', label: '\u2002Muennighoff' }),
        curve('lovelace', 'loss', { anchor: 0.66, dy: -12, label: 'Lovelace' }), cursor,
        ...['muennighoff', 'lovelace'].map((law) => ({ kind: 'mark', of: law, x: limited[law].best.epochs,
          y: limited[law].best.loss, shape: law === 'lovelace' ? 'square' : 'diamond' }))],
      description: `Loss against epochs. Best by Muennighoff's law: ${significant(limited.muennighoff.best.epochs, 3)} epochs; ` +
        `by Lovelace's: ${significant(limited.lovelace.best.epochs, 3)}.`,
    });
    plot(document.getElementById('limited-worth'), {
      x,
      y: { from: -0.5, to: 1.1, percent: true, title: 'worth of a repeated token, % of a new one' },
      layers: [{ kind: 'level', of: 'zero', y: 0 },
        curve('muennighoff', 'worth', { y: repeating('muennighoff'), anchor: 0.62, dy: 0, align: 'start', label: '\u2002Muennighoff' }),
        curve('lovelace', 'worth', { y: repeating('lovelace'), anchor: 0.36, dy: 6, align: 'end', label: 'Lovelace\u2002' }), cursor],
      description: `Worth of a repeated token against epochs; at this run ${formats.percent(limited.muennighoff.worth)} by ` +
        `Muennighoff's law and ${formats.percent(limited.lovelace.worth)} by Lovelace's.`,
    });
  }
}

// --- Tabs

/** Tabs as the keyboard expects them: arrows, Home and End move among them. `shown` is told which one is seen. */
function tabs(list, shown) {
  const all = [...list.querySelectorAll('[role=tab]')];
  const select = (tab) => {
    for (const one of all) {
      one.setAttribute('aria-selected', String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
      document.getElementById(one.getAttribute('aria-controls')).hidden = one !== tab;
    }
    shown(tab.getAttribute('aria-controls'));
  };
  for (const tab of all) tab.addEventListener('click', () => select(tab));
  list.addEventListener('keydown', (event) => {
    const at = all.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = all.at(to % all.length);
    tab.focus();
    select(tab);
  });
}

// --- The page

async function begin() {
  const [program, example] = await Promise.all([
    fetchProgram('simulator.wasm'), fetch('runs.csv').then((response) => response.text())]);
  const panels = ['made', 'own', 'limited'].map((id) => document.getElementById(id));
  const answerOf = (panel) => panel.querySelector('.answer');
  const [made, own, limited] = panels;

  const study = new Study(new Library(program), answerOf(made));
  const ownStudy = new Study(new Library(program), answerOf(own));
  const limitedData = new LimitedData(new Library(program), answerOf(limited));
  const views = {
    made: study,
    own: ownStudy,
    limited: limitedData,
  };
  const updates = {
    made() {
      const settings = settingsOf(made.querySelector('form'));
      const question = [...regions[settings.region], settings.decimals, settings.noise];
      study.update(
        { key: question.join(' '), made: true, handOver: (library) => library.ask('make_runs', ...question) }, settings);
    },
    own() {
      const settings = settingsOf(own.querySelector('form'));
      const error = document.getElementById('table-error');
      try {
        const runs = readRuns(settings.table);
        setText(error, '');
        ownStudy.update({ key: settings.table, made: false, handOver: (library) => library.takeRuns(runs) }, settings);
      } catch (wrong) {
        if (!(wrong instanceof Malformed)) throw wrong;
        setText(error, wrong.message);
        ownStudy.refuse('');
      }
    },
    limited: () => limitedData.update(settingsOf(limited.querySelector('form'))),
  };

  own.querySelector('textarea').value = example;
  for (const panel of panels) {
    const form = panel.querySelector('form');
    form.addEventListener('input', oncePerFrame(updates[panel.id]));
    form.addEventListener('submit', (event) => event.preventDefault());
    updates[panel.id]();
  }
  tabs(document.querySelector('[role=tablist]'), (id) => views[id].redraw());
  new ResizeObserver(() => Object.values(views).forEach((view) => view.redraw())).observe(document.querySelector('main'));
}

const trouble = document.getElementById('trouble');
begin().then(() => setText(trouble, '')).catch((error) => {
  setText(trouble, `The simulator could not start: ${error.message}`);
  trouble.className = 'refusal';
  throw error;
});
