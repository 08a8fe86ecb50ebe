// Numbers as people read them, with the exact value kept beside the text; and texts that hide where there is none.
// SPDX-License-Identifier: BSL-1.0

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const words = [[1e15, 'quadrillion'], [1e12, 'trillion'], [1e9, 'billion'], [1e6, 'million']];

export const superscript = (n) =>
  (n < 0 ? '⁻' : '') + [...String(Math.abs(n))].map((digit) => superscripts[Number(digit)]).join('');

const signed = (text) => text.replace('-', '−');

/** 3.16 × 10²⁴, or 10²⁴ where nothing but the power is there to say. */
export function scientific(value, digits = 3) {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const power = `10${superscript(Number(exponent))}`;
  return Number(mantissa) === 1 ? power : `${signed(mantissa)} × ${power}`;
}

/** So many significant digits, in plain notation where that is short. */
export function significant(value, digits = 4) {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e6 || size < 1e-4) return scientific(value, digits);
  const rounded = value.toPrecision(digits);
  return signed(rounded.includes('e') ? String(Number(rounded)) : rounded);
}

/** 189 billion; beyond 10¹⁸ or below a million in digits. */
export function count(value) {
  if (!Number.isFinite(value)) return value === Infinity ? '∞' : '–';
  if (value >= 0.9995e18) return scientific(value);
  for (const [unit, word] of words)
    if (value >= 0.9995 * unit) return `${(value / unit).toPrecision(3)} ${word}`;
  return significant(value, 3);
}

export const formats = {
  count,
  scientific,
  loss: (value) => value.toFixed(4),
  ratio: (value) => significant(value, 3),
  coefficient: (value) => significant(value, 4),
  percent: (value) => `${signed((100 * value).toPrecision(3))} %`,
};

/** Shows a number in a <data> element: rounded as text, to the last digit as its value. JSON has infinity as a string. */
function show(element, value) {
  element.value = value ?? '';
  if (typeof value === 'number') element.textContent = formats[element.dataset.format ?? 'coefficient'](value);
  else element.textContent = value === 'Infinity' ? '∞' : '–';
}

/** Fills every <data data-quantity="plan.loss"> below `root` from the answers, by that path. */
export function fill(root, answers) {
  for (const element of root.querySelectorAll('data[data-quantity]'))
    show(element, element.dataset.quantity.split('.').reduce((of, key) => of?.[key], answers));
}

/** Shows a text, or nothing. */
export function setText(element, text) {
  element.textContent = text;
  element.hidden = text === '';
}
