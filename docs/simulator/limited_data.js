// Plans where tokens must be repeated, by two accounts of what that is worth.
// SPDX-License-Identifier: BSL-1.0
import { Refused } from './library.js';
import { count, fill, formats, scientific, setText, significant } from './numbers.js';
import { plot } from './plot.js';

export class LimitedData {
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
