// Drives the simulator in headless Chromium, and compares the numbers on the page with those of the native program.
// SPDX-License-Identifier: BSL-1.0
//
//   node simulator.test.mjs SITE NATIVE CHROMIUM PICTURES
//
// Leaves with 77, which ctest shows as skipped, where playwright-core is not installed (npm ci, in this folder).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [site, native, chromiumPath, pictures] = process.argv.slice(2);
const project = new URL('../../../', import.meta.url);
const playwright = await import('playwright-core').catch(() => null);
if (playwright === null) {
  console.log('skipped: needs playwright-core (npm ci in docs/simulator/test)');
  process.exit(77);
}
const { Malformed, readRuns, spellings } = await import(pathToFileURL(join(site, 'table.js')));

// The page and the program differ in their elementary functions by a unit in the last place, 1e-16; along the valley of
// the runs (A against alpha) a fit turns that into some 1e-13. A wrong replicate or argument would be off by 1e-3.
const tolerance = 1e-12;

// --- The native program

/** Its answers to questions, one an argument. */
function askNative(...questions) {
  const { stdout, stderr, status } = spawnSync(native, { input: questions.join('\n'), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const nativeStudy = (runs, { delta, flops }) => {
  const [, fit, , plan, truth] = askNative(runs, `fit ${delta}`, 'resample 200', `plan ${flops}`, 'truth');
  return { fit, plan, truth, flops, delta };
};

// --- Tables

/** The page reads tables as the library does, and refuses with the same words. */
async function checkTables() {
  const header = await readFile(new URL('include/scaling/io/csv.hpp', project), 'utf8');
  for (const words of Object.values(spellings))
    for (const word of words) assert.match(header, new RegExp(`[" ]${word}[" ]`), `csv.hpp knows "${word}"`);

  const folder = fileURLToPath(new URL('tests/data/bad_tables/', project));
  const files = (await readdir(folder)).filter((file) => file !== 'latin_1.csv').map((file) => join(folder, file));
  const expected = askNative(...files.map((file) => `read ${file}`));
  const answerTo = (text) => {
    try {
      return readRuns(text);
    } catch (error) {
      assert.ok(error instanceof Malformed, error.stack);
      return error.message;
    }
  };
  for (const [i, file] of files.entries()) {
    const asHere = (message) => message.replace(`${file}: `, '').replace(`${file}:`, 'line ')
      .replace(/^(line \d+): (column \d+ '[^']*': )/, '$1, $2')
      .replace(/; name one by columns::\w+$/, '');  // which nobody can do in a page
    const answer = typeof expected[i] === 'string' ? asHere(expected[i]) : expected[i];
    assert.deepEqual(answerTo(await readFile(file, 'utf8')), answer, file);
  }
  console.log(`tables: ${files.length} are read as the library reads them`);
}

// --- The page

const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.csv': 'text/csv' };

/** The ticks of a logarithmic axis stand where their labels say, however short it is. */
async function checkAxes() {
  const { Axis } = await import(pathToFileURL(join(site, 'plot.js')));
  const ranges = [[7e18, 1.5e19], [6.7e18, 1.5e20], [2e18, 4.5e19], [1e-5, 3e-5], [0.3, 100], [1e8, 1e13], [2, 30]];
  for (const [from, to] of ranges) {
    const ticks = new Axis({ from, to, log: true }, 44, 700).ticks(52);
    assert.ok(ticks.length >= 2, `from ${from} to ${to}: ${ticks.length} ticks`);
    for (const [value, label] of ticks) {
      const [, digits, power] = /^(?:(.+)×)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(label) ?? [label, label, '⁰'];
      const exponent = power.replace('⁻', '-').replace(/[^-]/g, (one) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(one));
      const read = Number(`${digits ?? 1}e${exponent}`);
      assert.ok(Math.abs(read / value - 1) < 1e-9, `the tick at ${value} is labelled ${label}`);
    }
  }
  console.log('axes: every tick stands where its label says');
}

async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://site').pathname);
    const body = await readFile(join(folder, path === '/' ? 'index.html' : path)).catch(() => null);
    response.writeHead(body ? 200 : 404, { 'Content-Type': types[extname(path)] ?? 'text/html' });
    response.end(body ?? '');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/** Sets a slider as a hand does, and lets the page hear of it. */
const move = (page, panel, name, value) =>
  page.locator(`#${panel} [name=${name}]`).evaluate((slider, to) => {
    slider.value = to;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  }, String(value));

/** Every frame that was asked for has been drawn, and the intervals are complete. */
async function settled(page, panel) {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const complete = `#${panel} .answer[data-resamples="200"]`;
  if (panel !== 'limited') await page.waitForSelector(complete, { timeout: 120_000 });  // on a machine that is busy
}

/** The numbers that are visible on a panel, to their last digit. */
const numbersOf = (page, panel) =>
  page.locator(`#${panel} data[data-quantity]`).evaluateAll((all) =>
    all.filter((one) => one.checkVisibility()).map(({ dataset, value, textContent }) =>
      [dataset.quantity, value, textContent]));

/** Compares them one by one. */
async function compare(page, panel, answers, what) {
  await settled(page, panel);
  const numbers = await numbersOf(page, panel);
  assert.ok(numbers.length >= 16, `${what}: ${numbers.length} numbers`);
  let worst = 0;
  for (const [quantity, value, text] of numbers) {
    const at = (path) => path.split('.').reduce((of, key) => of?.[key], answers);
    const term = { alpha: 'A', beta: 'B' }[quantity.split('.').at(-1)];
    // The exponent of a term that has vanished has no effect, so that its digits are whatever the search left there.
    if (term && at(quantity.replace(/[^.]*$/, term)) === 0) continue;
    const expected = at(quantity);
    if (typeof expected !== 'number') { // infinity, which is no number in JSON, or a plan that there is not
      assert.equal(value, expected ?? '', `${what}: ${quantity}`);
      continue;
    }
    const off = Math.abs(Number(value) - expected) / (Math.abs(expected) || 1);
    assert.ok(value !== '' && off <= tolerance, `${what}: ${quantity} is ${value}, must be ${expected}`);
    assert.notEqual(text, '–');
    worst = Math.max(worst, off);
  }
  console.log(`${what}: ${numbers.length} numbers, at most ${worst.toExponential(1)} off`);
}

async function checkMadeRuns(page) {
  await settled(page, 'made');
  await compare(page, 'made', nativeStudy('make_runs 0 8 4 0', { delta: 1e-3, flops: 1e25 }), 'as it begins');
  await move(page, 'made', 'decimals', 2);
  await move(page, 'made', 'noise', 40);
  await move(page, 'made', 'delta', -2);
  await move(page, 'made', 'flops', 24.5);
  await compare(page, 'made', nativeStudy('make_runs 0 8 2 40', { delta: 1e-2, flops: 3.16e24 }), 'sliders');
  await page.locator('#made input[value=medium]').press(' ');
  await compare(page, 'made', nativeStudy('make_runs 2 5 2 40', { delta: 1e-2, flops: 3.16e24 }), 'medium sizes');
  await page.locator('#made [name=flops]').press('ArrowRight');
  await compare(page, 'made', nativeStudy('make_runs 2 5 2 40', { delta: 1e-2, flops: 3.98e24 }), 'a key');
  await move(page, 'made', 'decimals', 0);
  await page.locator('#made input[value=small]').check({ force: true });
  await compare(page, 'made', nativeStudy('make_runs 0 3 0 40', { delta: 1e-2, flops: 3.98e24 }), 'whole nats');
  await page.locator('#made .headline').getByText('No plan').waitFor();
}

async function checkOwnRuns(page) {
  await page.getByRole('tab', { name: 'Your runs' }).click();
  const example = await readFile(join(site, 'runs.csv'), 'utf8');
  const asked = (text) => `take_runs ${readRuns(text).length} ${readRuns(text).flat().join(' ')}`;
  await compare(page, 'own', nativeStudy(asked(example), { delta: 1e-3, flops: 1e24 }), 'the example');

  const table = page.locator('#own textarea');
  const text = ['Model Size\tval_loss\tTokens', ...readRuns(example).slice(3, 30).map(([N, D, L]) => `${N}\t${L}\t${D}`)]
    .join('\n');
  await table.fill(text);
  await compare(page, 'own', nativeStudy(asked(text), { delta: 1e-3, flops: 1e24 }), 'a pasted table');
  assert.equal(await page.locator('#table-error').isVisible(), false);

  await table.fill('size,D,loss\n1,2,3\n');
  await page.getByText("line 1: no column is recognised as parameters; the columns are 'size', 'D', 'loss'").waitFor();
  await table.fill('N,D,loss\n1e9,2e10,2.5\n1e9,5B,2.5\n');
  await page.getByText(`line 3, column 2 'D': "5B", must be a positive finite number`).waitFor();
  await table.fill('N,D,loss\n1e9,2e10,2.5\n');
  await page.getByText('scaling::fit: number of observations = 1, must be at least the 5 free coefficients').waitFor();
  await table.fill(`N,D,loss\n${readRuns(example).map(([, D, L]) => `1e9,${D},${L}`).join('\n')}\n`);
  await page.locator('#own .doubts').getByText('not identified').waitFor();
  await table.fill(`N,D,loss\n${readRuns(example).map(([N, D, L]) => `${N / 1e9},${D / 1e9},${L}`).join('\n')}\n`);
  await page.locator('#own .doubts').getByText('millions or billions instead of counts?').first().waitFor();
  await table.fill(example);
  await compare(page, 'own', nativeStudy(asked(example), { delta: 1e-3, flops: 1e24 }), 'the example again');
}

async function checkLimitedData(page) {
  await page.getByRole('tab', { name: 'Your runs' }).press('ArrowRight');
  const answers = (flops, unique, P, epochs) =>
    ({ limited: askNative(`limited ${flops} ${unique} ${P} ${epochs}`)[0], epochs });
  await compare(page, 'limited', answers(1e23, 1e11, 0.0229, 10), 'limited data');
  await move(page, 'limited', 'unique_tokens', 12.3);
  await move(page, 'limited', 'flops', 26);
  await move(page, 'limited', 'P', 0.0067);
  await move(page, 'limited', 'epochs', 0.3);
  await compare(page, 'limited', answers(1e26, 2e12, 0.0067, 2), 'limited data, moved');
  await move(page, 'limited', 'P', 0);
  await compare(page, 'limited', answers(1e26, 2e12, 0, 2), 'no penalty');
  await move(page, 'limited', 'P', 0.0229);
  await move(page, 'limited', 'flops', 23);
  await move(page, 'limited', 'unique_tokens', 11);
  await move(page, 'limited', 'epochs', 1);
}

const tabNames = { made: 'Made runs', own: 'Your runs', limited: 'Limited data' };

/** Pictures of every tab, to be looked at, and no scrolling sideways. */
async function takePictures(browser, url, look, options) {
  const page = await browser.newPage(options);
  await page.goto(url);
  for (const [panel, name] of Object.entries(tabNames)) {
    await page.getByRole('tab', { name }).click();
    await settled(page, panel);
    const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width <= room, `${look}, ${panel}: ${width} pixels wide, must be at most ${room}`);
    await page.screenshot({ path: join(pictures, `${look}-${panel}.png`), fullPage: true });
  }
  await page.close();
}

/** What a screen reader and a keyboard need: a name for every control and picture, tabs that the arrows move among. */
async function checkAccess(page) {
  const unnamed = await page.locator('input, textarea, button').evaluateAll((all) =>
    all.filter((one) => !(one.labels?.[0]?.textContent.trim() || one.textContent.trim())).map((one) => one.outerHTML));
  assert.deepEqual(unnamed, []);
  const undescribed = await page.locator('svg[role=img]').evaluateAll((all) =>
    all.filter((one) => one.checkVisibility() && !one.querySelector('title')?.textContent).map((one) => one.id));
  assert.deepEqual(undescribed, []);
  assert.equal(await page.getByRole('slider', { name: 'Budget' }).getAttribute('aria-valuetext'), '10²³ FLOP');
  await page.getByRole('tab', { name: 'Limited data' }).press('Home');
  assert.equal(await page.locator('#made').isVisible(), true);
}

async function checkPage(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  const complaints = [];
  page.on('console', (message) => message.type() !== 'log' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => request.url().startsWith(url) || complaints.push(`asks for ${request.url()}`));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  await page.goto(url);
  await checkMadeRuns(page);
  await checkOwnRuns(page);
  await checkLimitedData(page);
  await checkAccess(page);
  assert.deepEqual(complaints, [], 'the console');
  await page.close();
}

await checkTables();
await checkAxes();
await mkdir(pictures, { recursive: true });
const server = await serve(site);
// As root in a container, and without asking a network that may not be there.
const browser = await playwright.chromium.launch({
  executablePath: chromiumPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const url = `http://127.0.0.1:${server.address().port}/`;
  await checkPage(browser, url);
  await takePictures(browser, url, 'light', { viewport: { width: 1200, height: 900 }, colorScheme: 'light' });
  await takePictures(browser, url, 'dark', { viewport: { width: 1200, height: 900 }, colorScheme: 'dark' });
  await takePictures(browser, url, 'phone', { viewport: { width: 375, height: 780 }, deviceScaleFactor: 2 });
} finally {
  await browser.close();
  server.close();
}
