// Runs from the text of a table, by the rules of scaling/io/csv.hpp: strict wherever a guess could change a number.
// SPDX-License-Identifier: BSL-1.0

/** What is wrong with a table, by line and column. */
export class Malformed extends Error {}

/** The usual names of the columns, without case, blanks, hyphens and underscores. */
export const spellings = {
  parameters: ('parameters params n nparameters nparams numparameters numparams numberofparameters parametercount ' +
    'paramcount modelsize modelparameters modelparams').split(' '),
  tokens: 'tokens d ntokens numtokens numberoftokens tokencount trainingtokens traintokens tokensseen'.split(' '),
  loss: ('loss l valloss validationloss evalloss evaluationloss testloss finalloss finalvalloss ' +
    'finalvalidationloss').split(' '),
};

const plainName = (name) => name.toLowerCase().replace(/[ _-]/g, '');
const shown = (cell) => `"${cell.length > 60 ? `${cell.slice(0, 60)}...` : cell}"`;

/** The rows that are not blank: the line on which each begins, and its cells. */
function rowsOf(text) {
  const firstLine = text.split(/\r\n|\r|\n/).find((line) => line.trim() !== '') ?? '';
  const separator = [',', '\t', ';'].find((mark) => firstLine.includes(mark)) ?? ',';
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
    while (isBlank()) ++at;
    if (!atCellEnd())
      throw new Malformed(`line ${line}: text after the closing quote of ${shown(cell)}, must be the end of the cell`);
    return cell.trim();
  };
  const cell = () => {
    while (isBlank()) ++at;
    if (text[at] === '"') return quotedCell();
    const begin = at;
    while (!atCellEnd()) ++at;
    return text.slice(begin, at).trim();
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

function columnOf(quantity, header) {
  const found = header.cells.map((_, i) => i).filter((i) => spellings[quantity].includes(plainName(header.cells[i])));
  const label = (i) => `column ${i + 1} '${header.cells[i]}'`;
  if (found.length === 0)
    throw new Malformed(`line ${header.line}: no column is recognised as ${quantity}; the columns are ` +
      header.cells.map((name) => `'${name}'`).join(', '));
  if (found.length > 1)
    throw new Malformed(`line ${header.line}: ${label(found[0])} and ${label(found[1])} both match ${quantity}, ` +
      'must be one');
  return { index: found[0], label: label(found[0]) };
}

function numberIn(row, column) {
  const cell = row.cells[column.index];
  const value = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : NaN;
  const smallestNormal = 2 ** -1022;
  if (value >= smallestNormal && value < Infinity) return value;
  throw new Malformed(`line ${row.line}, ${column.label}: ${shown(cell)}, must be a positive finite number`);
}

/** The runs of a table as [parameters, tokens, loss], in its order. All or nothing. */
export function readRuns(text) {
  const [header, ...rows] = rowsOf(text.replace(/^\uFEFF/, ''));
  if (header === undefined) throw new Malformed('no runs: there is nothing in the table');
  const columns = ['parameters', 'tokens', 'loss'].map((quantity) => columnOf(quantity, header));
  if (rows.length === 0) throw new Malformed('no runs: there is only a header');
  return rows.map((row) => {
    if (row.cells.length !== header.cells.length)
      throw new Malformed(`line ${row.line}: ${row.cells.length} ${row.cells.length === 1 ? 'cell' : 'cells'}, must be ` +
        `${header.cells.length} as in the header`);
    return columns.map((column) => numberIn(row, column));
  });
}
