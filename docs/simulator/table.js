// Runs from the text of a table, by the rules of scaling/io/csv.hpp: strict wherever a guess could change a number.
// SPDX-License-Identifier: BSL-1.0

/** What is wrong with a table, by line and column. */
export class Malformed extends Error {}

/** The usual names of the columns, without case, blanks, hyphens, underscores, slashes and dots. */
export const spellings = {
  parameters: ('parameters params n nparameters nparams numparameters numparams numberofparameters parametercount ' +
               'paramcount modelsize modelparameters modelparams')
                  .split(' '),
  tokens: 'tokens d ntokens numtokens numberoftokens tokencount trainingtokens traintokens tokensseen'.split(' '),
  loss: ('loss l valloss validloss validationloss evalloss evaluationloss testloss devloss heldoutloss finalloss ' +
         'finalvalloss finalvalidationloss lossval lossvalid lossvalidation losseval losstest lossdev')
            .split(' '),
};

/** Words that names of a quantity have: two letters stand alone there. */
const wordsFor = {
  parameters: ['param', 'modelsize'],
  tokens: ['tok', 'datasetsize', 'datasize'],
  loss: ['loss', 'entropy', 'crossent', 'perplexity', 'likelihood', 'surprisal', 'xent', 'nats', 'bits', 'ce', 'nll',
    'ppl', 'bpb', 'bpc', 'bpt', 'bpw'],
};

const plainName = (name) => name.toLowerCase().replace(/[ _-]/g, '');
const spellingOf = (name) => plainName(name).replace(/(.)\.\d+$/, '$1').replace(/[/.]/g, '');
const trimmed = (text) => text.replace(/^[ \t]+|[ \t]+$/g, '');

/** A cell as a message shows it: on one line, printable, and not endless. */
function shown(cell, quote) {
  const printable = (cell.length > 60 ? `${cell.slice(0, 60)}...` : cell).replace(/[\x00-\x1f\x7f]/g, '?');
  return quote + printable + quote;
}

/** The first of comma, tab and semicolon that occurs outside of quotes in the first line that is not blank. */
function separatorOf(text) {
  const [header] = /^(?:"[^"]*"?|[^"\r\n])*/.exec(text.replace(/^[ \t\r\n]+/, ''));
  const bare = header.replace(/"[^"]*"?/g, '');
  return [',', '\t', ';'].find((mark) => bare.includes(mark)) ?? ',';
}

/** The rows that are not blank: the line on which each begins, and its cells. */
function rowsOf(text) {
  const separator = separatorOf(text);
  const rows = [];
  let at = 0, line = 1;
  const isBlank = () => (text[at] === ' ' || text[at] === '\t') && text[at] !== separator;
  const atCellEnd = () => at === text.length || text[at] === separator || text[at] === '\n' || text[at] === '\r';
  const endLine = () => {
    at += text.startsWith('\r\n', at) ? 2 : 1;
    ++line;
  };

  const quotedCell = () => {
    const opened = line;
    let cell = '';
    for (++at; ; ) {
      if (at === text.length) throw new Malformed(`line ${opened}: a quote opens a cell here and is never closed`);
      if (text[at] === '"' && text[++at] !== '"') break;
      if (text[at] === '\n' || text[at] === '\r') ++line, (at += text.startsWith('\r\n', at) ? 1 : 0);
      cell += text[at++];
    }
    cell = trimmed(cell);
    while (isBlank()) ++at;
    if (!atCellEnd())
      throw new Malformed(`line ${line}: text after the closing quote of ${shown(cell, '"')}, must be the end of the cell`);
    return cell;
  };
  const cell = () => {
    while (isBlank()) ++at;
    if (text[at] === '"') return quotedCell();
    const begin = at;
    while (!atCellEnd()) ++at;
    return trimmed(text.slice(begin, at));
  };

  while (at < text.length) {
    const row = { line, cells: [cell()] };
    while (text[at] === separator) {
      ++at;
      row.cells.push(cell());
    }
    if (at < text.length) endLine();
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row);
  }
  return rows;
}

/** The words of a name, in small letters and with blanks around each: " val ce " of "valCE", "val/CE" and "val2CE". */
const wordsOf = (name) => ` ${name.replace(/[a-z](?=[A-Z])/g, '$& ').replace(/[^a-zA-Z]/g, ' ').toLowerCase()} `;

/** Whether a name is that of a ratio: "tokens_per_parameter", "tokenPerParam", "flops/tok", "params_ratio". What there is
 * per run or per model is none. */
const isRatio = (name) => (/ per /.test(wordsOf(name)) && !/ per (run|model) /.test(wordsOf(name))) ||
  / ratio /.test(wordsOf(name)) ||
  /(param|tok|flop).*(\/|per).*(param|tok|flop)/.test(plainName(name));

/** Whether a name has a word for a quantity in it. */
function hasWord(quantity, name) {
  const plain = plainName(name), apart = wordsOf(name);
  return wordsFor[quantity].some((word) => word.length > 2 ? plain.includes(word) : apart.includes(` ${word} `));
}

/** Whether a column may be of a quantity. A ratio of counts is neither of the two, and what has a word for the loss no count. */
function mayBe(quantity, name) {
  const plain = plainName(name);
  if (!hasWord(quantity, name) || /hyperparam|parametri|tokeniz/.test(plain)) return false;
  if (quantity === 'loss') return true;
  const ofUnique = plain.includes('uniq') || plain.includes('distinct');
  return !isRatio(name) && !(quantity === 'tokens' && ofUnique) && !hasWord('loss', name);
}

function columnOf(quantity, header) {
  const { line, cells } = header;
  const names = cells.map((name) => shown(name, "'"));
  const found = [...cells.keys()].filter((i) => spellings[quantity].includes(spellingOf(cells[i])));
  if (found.length === 1 && cells[found[0]].length === 1)  // which may be the layers L, or the width d
    found.push(...[...cells.keys()].filter((i) => mayBe(quantity, cells[i])));
  const saysMore = (word) => word.length > 'loss'.length;
  if (found.length === 1 && spellingOf(cells[found[0]]) === 'loss')  // which may be that of training
    found.push(...[...cells.keys()].filter(
        (i) => spellings.loss.filter(saysMore).some((word) => spellingOf(cells[i]).includes(word))));
  const label = (i) => `column ${i + 1} ${names[i]}`;
  if (found.length === 0) {
    const more = names.length > 30 ? ` and ${names.length - 30} more` : '';
    throw new Malformed(
      `line ${line}: no column is recognised as ${quantity}; the columns are ${names.slice(0, 30).join(', ')}${more}`);
  }
  if (found.length > 1)
    throw new Malformed(`line ${line}: ${label(found[0])} and ${label(found[1])} both match ${quantity}, must be one`);
  return { index: found[0], label: label(found[0]) };
}

function numberIn(row, column) {
  const cell = row.cells[column.index];
  const isNumber = /^(\+|-)?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell);
  const value = isNumber ? Number(cell) : NaN, smallestNormal = 2 ** -1022;
  if (value >= smallestNormal && value < Infinity) return value;
  const vanished = value === 0 && /[1-9]/.test(cell.replace(/e.*/i, ''));
  const beyond = vanished || Math.abs(value) === Infinity || (value > 0 && value < smallestNormal);
  throw new Malformed(`line ${row.line}, ${column.label}: ${shown(cell, '"')}, must be a positive finite number` +
    (beyond ? ' from about 1e-307 to 1e308' : ''));
}

/** The runs of a table as [parameters, tokens, loss], in its order. All or nothing. */
export function readRuns(text) {
  const [header, ...rows] = rowsOf(text.replace(/^\uFEFF/, ''));
  if (header === undefined) throw new Malformed('no runs: there is nothing in it');
  const columns = ['parameters', 'tokens', 'loss'].map((quantity) => columnOf(quantity, header));
  if (rows.length === 0) throw new Malformed('no runs: there is only a header');
  return rows.map((row) => {
    if (row.cells.length !== header.cells.length)
      throw new Malformed(`line ${row.line}: ${row.cells.length} ${row.cells.length === 1 ? 'cell' : 'cells'}, must be ` +
        `${header.cells.length} as in the header`);
    return columns.map((column) => numberIn(row, column));
  });
}
