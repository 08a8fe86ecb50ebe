// A fit and its plan: the same for runs that are made and runs that are pasted.
// SPDX-License-Identifier: BSL-1.0
import { Refused } from './library.js';
import { count, fill, formats, setText } from './numbers.js';
import { plot, rangeOf } from './plot.js';

const resamples = 200; // enough for a 90 % interval, and a few hundredths of a second
const slice = 30; // milliseconds that resampling may take before the page shows what there is
const budgets = { from: 1e17, to: 1e28, count: 45 };
const budgetAxis = { ...budgets, log: true, title: 'training compute C, FLOP' };

export class Study {
  #library;
  #root;
  #svgs = {};
  #answers = {};
  #asked = '';
  #timer;

  constructor(library, root) {
    this.#library = library;
    this.#root = root;
    root.append(document.getElementById('answer').content.cloneNode(true));
    for (const name of ['loss', 'ratio', 'residual']) {
      this.#svgs[name] = root.querySelector(`.${name}-plot`);
      this.#svgs[name].id = `${root.parentElement.id}-${name}`;
    }
  }

  /** Brings the page up to date. `runs` says which, and hands them over; the fit is made anew only where it must be. */
  update(runs, { delta, flops }) {
    clearTimeout(this.#timer);
    try {
      const asked = `${runs.key} ${delta}`;
      if (asked !== this.#asked) {
        this.#asked = '';
        runs.handOver(this.#library);
        const truth = runs.made ? this.#library.ask('truth') : undefined;
        this.#answers = { fit: this.#library.ask('fit', delta), truth, resamples: 0 };
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
    while (this.#answers.resamples < resamples && performance.now() - begin < slice)
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
    const relied = doubtsOf(fit).length === 0 && plan.failed + plan.without_optimum <= 0.05 * plan.resamples;
    const says = relied ? pair(plan.plan, (value) => `<b>${count(value)}</b>`) : 'No plan to rely on';
    return `${says} <span>${relied ? '' : `the fit says ${pair(plan.plan, count)}; `}90 % interval: ` +
      `${pair(plan.interval, range)}${truth ? `; the truth wants ${pair(plan.truth, count)}` : ''}</span>`;
  }

  /** What the library doubts of the fit, and how far the plan goes beyond the runs. */
  #doubts() {
    const { fit, plan } = this.#answers;
    const doubts = doubtsOf(fit);
    if (plan.possible && plan.extrapolation > 1) {
      const factor = formats.ratio(plan.extrapolation);
      doubts.push(`extrapolation: the plan’s ${plan.beyond} are ${factor} times beyond those of any run`);
    }
    if (plan.failed > 0) doubts.push(`${plan.failed} of ${plan.resamples} resamples could not be fitted`);
    if (plan.without_optimum > 0)
      doubts.push(`${plan.without_optimum} of ${plan.resamples} resamples have no plan, and are left out of the intervals`);
    return doubts;
  }

  #draw() {
    const { fit, plan, plans, flops, delta } = this.#answers;
    const costs = fit.parameters.map((N, i) => 6 * N * fit.tokens[i]);
    const ratios = fit.tokens.map((D, i) => D / fit.parameters[i]);
    const cursor = { kind: 'cursor', of: 'budget', x: flops, label: 'budget' };
    const described = (what, format, of) =>
      `${what} against training compute. ${plan.possible ? `At the budget, by the fit: ${format(plan.plan[of])}.` : 'No plan.'}`;

    plot(this.#svgs.loss, {
      x: budgetAxis,
      y: { ...rangeOf([...fit.loss, ...(plans.loss?.value ?? [])], 1.7, 5, Math.min(...fit.loss) / 3), log: true,
        title: 'loss L, nats per token' },
      layers: [...this.#curves('loss'), { kind: 'points', of: 'run', x: costs, y: fit.loss }, cursor,
        ...this.#mark('loss')],
      description: described('Loss, in nats per token,', formats.loss, 'loss'),
    });
    plot(this.#svgs.ratio, {
      x: budgetAxis,
      y: { ...rangeOf(ratios, 1, 200), log: true, title: 'tokens per parameter D/N' },
      layers: [{ kind: 'points', of: 'run', x: costs, y: ratios }, ...this.#curves('tokens_per_parameter'), cursor,
        ...this.#mark('tokens_per_parameter')],
      description: described('Tokens per parameter', formats.ratio, 'tokens_per_parameter'),
    });
    const off = fit.residuals.map(Math.expm1);  // of the measured losses, from differences of logs
    const largest = Math.max(...off.map(Math.abs)), most = 1.15 * Math.max(Math.expm1(delta), largest);
    plot(this.#svgs.residual, {
      x: { ...budgetAxis, from: Math.min(...costs) / 1.5, to: Math.max(...costs) * 1.5 },
      y: { from: -most, to: most, percent: true, title: 'fit over measured loss, %' },
      layers: [{ kind: 'zone', of: 'quadratic', from: Math.expm1(-delta), to: Math.expm1(delta), label: '±δ' },
        { kind: 'level', of: 'zero', y: 0 }, { kind: 'points', of: 'run', x: costs, y: off }],
      description: `Residuals of ${costs.length} runs; the largest is ${formats.percent(largest)}.`,
    });
  }

  /** The fit with its band, and the truth where there is one: each has its name on the side away from the other. */
  #curves(quantity) {
    const { plan, plans, truth } = this.#answers;
    const [fit, real] = [plans[quantity], plans.truth[quantity]], anchor = 0.9;
    const named = Math.round(anchor * (budgets.count - 1));
    const above = !truth || !plan.possible || fit.value[named] >= real[named];
    const line = (of, y) =>
      ({ kind: 'line', of, x: plans.flops, y, anchor, dy: (of === 'fit') === above ? -10 : 20, label: of });
    return [
      ...(plan.possible ? [{ kind: 'band', of: 'fit', x: plans.flops, ...fit }, line('fit', fit.value)] : []),
      ...(truth ? [line('truth', real)] : []),
    ];
  }

  /** The plan on a plot, with its interval. */
  #mark(quantity) {
    const { plan } = this.#answers;
    return plan.possible
      ? [{ kind: 'mark', of: 'fit', x: plan.plan.flops, y: plan.plan[quantity], ...plan.interval[quantity] }] : [];
  }
}

/** The doubts in the library's report of a fit. */
function doubtsOf(fit) {
  return fit.report.split('\n').filter((line) => line.startsWith('  ! ')).map((line) => line.slice(4));
}
