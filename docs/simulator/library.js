// The library, compiled to WebAssembly: questions to it, and its refusals as exceptions.
// SPDX-License-Identifier: BSL-1.0

/** What the library refuses, in its own words: "scaling::fit: number of observations = 3, must be at least ...". */
export class Refused extends Error {}

const notSupported = 52; // what WASI calls ENOSYS

/** Fetches the program once; each Library made of it has a memory of its own. */
export async function fetchProgram(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return WebAssembly.compile(await response.arrayBuffer()); // whatever type the file server gives it
}

export class Library {
  #program;
  #exports;
  #message = '';

  constructor(program) {
    this.#program = program;
    this.#start();
  }

  /** Asks one of the functions of simulator.hpp. Its answer is a number, an object, or undefined. */
  ask(question, ...values) {
    try {
      const answer = this.#exports[question](...values);
      return answer === undefined || question === 'resample' ? answer : JSON.parse(this.#textAt(answer));
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const message = this.#message.trim() || error.message;
      this.#start(); // a program that has ended cannot be asked again
      throw new Refused(message);
    }
  }

  /** Hands over runs as [parameters, tokens, loss]. */
  takeRuns(runs) {
    const numbers = runs.flat();
    const room = this.#exports.room(numbers.length);
    new Float64Array(this.#exports.memory.buffer, room, numbers.length).set(numbers);
    this.#exports.take_runs(runs.length);
  }

  #textAt(address) {
    const bytes = new Uint8Array(this.#exports.memory.buffer);
    return new TextDecoder().decode(bytes.subarray(address, bytes.indexOf(0, address)));
  }

  #start() {
    this.#message = '';
    const wasi = {};
    for (const { name } of WebAssembly.Module.imports(this.#program)) wasi[name] = () => notSupported;
    wasi.fd_write = (file, pieces, count, written) => this.#write(pieces, count, written);
    const instance = new WebAssembly.Instance(this.#program, { wasi_snapshot_preview1: wasi });
    this.#exports = instance.exports;
    this.#exports._initialize();
  }

  /** Keeps what the program prints, which is nothing but the message of a refusal. */
  #write(pieces, count, written) {
    const memory = new DataView(this.#exports.memory.buffer);
    let total = 0;
    for (let i = 0; i < count; ++i) {
      const length = memory.getUint32(pieces + 8 * i + 4, true);
      const bytes = new Uint8Array(memory.buffer, memory.getUint32(pieces + 8 * i, true), length);
      this.#message += new TextDecoder().decode(bytes);
      total += length;
    }
    memory.setUint32(written, total, true);
    return 0;
  }
}
