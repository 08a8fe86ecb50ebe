// Plots as SVG: axes with powers of ten, lines told apart by their dashes and labels, not by colour alone.
// SPDX-License-Identifier: BSL-1.0
import { superscript } from './numbers.js';

const space = 'http://www.w3.org/2000/svg';

function draw(parent, name, attributes = {}, text) {
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/** From a quantity to pixels, and where ticks go: `{from, to, log, percent}`. */
export class Axis {
  constructor(of, begin, end) {
    Object.assign(this, of, { begin, end });
  }

  /** Where a value lies, in pixels. What is far outside stays there, but at a place that SVG can hold. */
  at(value) {
    const [from, to, x] = this.log ? [this.from, this.to, value].map(Math.log) : [this.from, this.to, value];
    const share = Math.min(10, Math.max(-10, (x - from) / (to - from)));
    return this.begin + share * (this.end - this.begin);
  }

  /** Ticks at least `gap` pixels apart: [value, label]. */
  ticks(gap) {
    const most = Math.max(2, Math.floor(Math.abs(this.end - this.begin) / gap));
    const decades = Math.log10(this.to / this.from);
    if (!this.log || decades < 0.4) return this.#linearTicks(most);
    if (decades <= 2) return this.#ticksWithinDecades(most);
    const step = [1, 2, 3, 5, 10].find((n) => decades / n <= most) ?? 10;
    const ticks = [];
    for (let power = Math.ceil(Math.log10(this.from) - 1e-9); power <= Math.log10(this.to) + 1e-9; ++power)
      if (power % step === 0) ticks.push([10 ** power, this.label(10 ** power)]);
    return ticks;
  }

  label(value) {
    if (this.percent) return `${Number((100 * value).toPrecision(2))}`.replace('-', '−');
    const power = Math.floor(Math.log10(value) + 1e-9), digits = Number((value / 10 ** power).toPrecision(3));
    if (this.log && (power >= 4 || power <= -3)) return `${digits === 1 ? '' : `${digits}×`}10${superscript(power)}`;
    return `${Number(value.toPrecision(3))}`.replace('-', '−');
  }

  #linearTicks(most) {
    const rough = (this.to - this.from) / most, power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((n) => n * power >= rough);
    const ticks = [];
    for (let i = Math.ceil(this.from / step - 1e-9); i * step <= this.to + 1e-9 * step; ++i)
      ticks.push([i * step, this.label(i * step)]);
    return ticks;
  }

  #ticksWithinDecades(most) {
    const sets = [[1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9], [1, 1.5, 2, 3, 4, 5, 7], [1, 2, 5], [1]];
    for (const set of sets) {
      const ticks = [];
      for (let power = Math.floor(Math.log10(this.from)); power <= Math.log10(this.to); ++power)
        for (const n of set) {
          const value = Number((n * 10 ** power).toPrecision(12));
          if (value >= this.from && value <= this.to) ticks.push([value, this.label(value)]);
        }
      if (ticks.length <= most) return ticks;
    }
    return [];
  }
}

/**
 * Draws into an <svg>, as large as the page shows it.
 *
 * x, y: {from, to, log, title}. layers, drawn in their order: {kind, of: class of the style sheet, ...} with
 *   line {x, y, label}   band {x, lower, upper}   points {x, y}   span {from, to, label}: part of the x axis
 *   level {y, label}   zone {from, to, label}: part of the y axis   cursor {x, label}   mark {x, y, lower, upper, label, shape}
 */
export function plot(svg, { x, y, layers, description }) {
  const width = svg.clientWidth, height = svg.clientHeight;
  if (width === 0) return; // in a tab that is not shown
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const across = new Axis(x, 44, width - 14), up = new Axis(y, height - 40, 30);
  svg.replaceChildren();
  draw(svg, 'title', {}, description);

  const axes = draw(svg, 'g', { class: 'axes' });
  for (const [value, label] of across.ticks(52)) {
    draw(axes, 'line', { x1: across.at(value), x2: across.at(value), y1: up.begin, y2: up.end });
    draw(axes, 'text', { x: across.at(value), y: up.begin + 16, 'text-anchor': 'middle' }, label);
  }
  for (const [value, label] of up.ticks(30)) {
    draw(axes, 'line', { x1: across.begin, x2: across.end, y1: up.at(value), y2: up.at(value) });
    draw(axes, 'text', { x: across.begin - 7, y: up.at(value) + 4, 'text-anchor': 'end' }, label);
  }
  draw(axes, 'text', { class: 'axis-title', x: 2, y: 15 }, y.title);
  draw(axes, 'text', { class: 'axis-title', x: across.end, y: height - 5, 'text-anchor': 'end' }, x.title);

  const clip = `${svg.id}-clip`;
  draw(draw(svg, 'clipPath', { id: clip }), 'rect',
    { x: across.begin, y: up.end, width: across.end - across.begin, height: up.begin - up.end });
  const inside = draw(svg, 'g', { 'clip-path': `url(#${clip})` });
  const outside = draw(svg, 'g');
  for (const layer of layers) kinds[layer.kind](layer, across, up, inside, outside);
}

const place = (value) => value.toFixed(2);

function path(xs, ys, across, up) {
  const steps = [];
  let pen = 'M';
  xs.forEach((value, i) => {
    if (Number.isNaN(Number(ys[i]))) return (pen = 'M');
    steps.push(`${pen}${place(across.at(value))} ${place(up.at(ys[i]))}`);
    pen = 'L';
  });
  return steps.join('');
}

const shapes = {
  circle: (x, y) => `M${x - 4.5} ${y}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z`,
  diamond: (x, y) => `M${x} ${y - 6}l6 6l-6 6l-6 -6Z`,
  square: (x, y) => `M${x - 4.5} ${y - 4.5}h9v9h-9Z`,
};

const kinds = {
  line({ x, y, label, of, anchor, dy, align = 'middle' }, across, up, inside, outside) {
    draw(inside, 'path', { class: `line ${of}`, d: path(x, y, across, up) });
    if (!label) return;
    const i = Math.round(anchor * (x.length - 1));
    const height = Math.min(up.begin - 6, Math.max(up.end + 12, up.at(y[i]) + dy));
    if (Number.isFinite(height))
      draw(outside, 'text', { class: `label ${of}`, x: across.at(x[i]), y: height, 'text-anchor': align }, label);
  },
  band({ x, lower, upper, of }, across, up, inside) {
    if ([...lower, ...upper].includes('NaN')) return; // of resamples that have no loss there
    const back = path([...x].reverse(), [...lower].reverse(), across, up).replace('M', 'L');
    draw(inside, 'path', { class: `band ${of}`, d: `${path(x, upper, across, up)}${back}Z` });
  },
  points({ x, y, of }, across, up, inside) {
    x.forEach((value, i) =>
      draw(inside, 'circle', { class: `point ${of}`, cx: place(across.at(value)), cy: place(up.at(y[i])), r: 2.6 }));
  },
  span({ from, to, label, of }, across, up, inside, outside) {
    const [left, right] = [from, to].map((value) => across.at(value));
    draw(inside, 'rect', { class: `span ${of}`, x: left, y: up.end, width: Math.max(0, right - left),
      height: up.begin - up.end });
    if (label)
      draw(outside, 'text', { class: `label ${of}`, x: (left + right) / 2, y: up.begin - 7, 'text-anchor': 'middle' },
        label);
  },
  zone({ from, to, label, of }, across, up, inside, outside) {
    const [bottom, top] = [from, to].map((value) => up.at(value));
    draw(inside, 'rect', { class: `span ${of}`, x: across.begin, y: top, width: across.end - across.begin,
      height: bottom - top });
    draw(outside, 'text', { class: `label ${of}`, x: across.end - 4, y: top - 4, 'text-anchor': 'end' }, label);
  },
  level({ y, label, of }, across, up, inside, outside) {
    draw(inside, 'line', { class: `line ${of}`, x1: across.begin, x2: across.end, y1: up.at(y), y2: up.at(y) });
    if (label)
      draw(outside, 'text', { class: `label ${of}`, x: across.end - 4, y: up.at(y) + 15, 'text-anchor': 'end' }, label);
  },
  cursor({ x, label, of }, across, up, inside, outside) {
    const left = across.at(x);
    draw(inside, 'line', { class: `line ${of}`, x1: left, x2: left, y1: up.begin, y2: up.end });
    const ends = left > (across.begin + across.end) / 2;
    draw(outside, 'text', { class: `label ${of}`, x: left + (ends ? -6 : 6), y: up.end + 10,
      'text-anchor': ends ? 'end' : 'start' }, label);
  },
  mark({ x, y, lower, upper, of, shape = 'diamond' }, across, up, inside) {
    if (!(y > 0)) return;
    const left = across.at(x);
    if (lower !== undefined && lower !== 'NaN') {
      const [bottom, top] = [lower, upper].map((value) => up.at(value));
      draw(inside, 'path', { class: `whisker ${of}`,
        d: `M${left} ${bottom}V${top}M${left - 6} ${bottom}h12M${left - 6} ${top}h12` });
    }
    draw(inside, 'path', { class: `mark ${of}`, d: shapes[shape](left, up.at(y)) });
  },
};

/** A range that holds `values` down to `least`, and spans what lies between `from` and `to`. */
export function rangeOf(values, from, to, least = 0) {
  const held = values.filter((value) => Number.isFinite(value) && value > least);
  return { from: Math.min(from, ...held), to: Math.max(to, ...held) };
}
