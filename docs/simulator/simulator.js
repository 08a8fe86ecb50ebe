// The page: its controls and tabs, and who answers to them.
// SPDX-License-Identifier: BSL-1.0
import { fetchProgram, Library } from './library.js';
import { LimitedData } from './limited_data.js';
import { count, scientific, setText, significant } from './numbers.js';
import { Study } from './study.js';
import { Malformed, readRuns } from './table.js';

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
  const [made, own, limited] = panels;
  const view = (kind, panel) => new kind(new Library(program), panel.querySelector('.answer'));
  const views = { made: view(Study, made), own: view(Study, own), limited: view(LimitedData, limited) };
  const updates = {
    made() {
      const settings = settingsOf(made.querySelector('form'));
      const question = [...regions[settings.region], settings.decimals, settings.noise];
      views.made.update(
        { key: question.join(' '), made: true, handOver: (library) => library.ask('make_runs', ...question) }, settings);
    },
    own() {
      const settings = settingsOf(own.querySelector('form'));
      const error = document.getElementById('table-error');
      try {
        const runs = readRuns(settings.table);
        setText(error, '');
        views.own.update({ key: settings.table, made: false, handOver: (library) => library.takeRuns(runs) }, settings);
      } catch (wrong) {
        if (!(wrong instanceof Malformed)) throw wrong;
        setText(error, wrong.message);
        views.own.refuse('');
      }
    },
    limited: () => views.limited.update(settingsOf(limited.querySelector('form'))),
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
