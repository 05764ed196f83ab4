/* The thread of a model, on its own, not joined with the other scripts: gets the compiled module, then
 * requests, each with a number, and answers with the same number (reports/page/what_if.h). */
'use strict';

const NOT_OPEN = 8; /* what every system call returns: the model uses none */
let run = null;

function textAt(place) {
  const bytes = new Uint8Array(run.memory.buffer, place);
  return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
}

/* 1: the pattern matches, 0: it does not, -1: it is not a pattern. */
function match(pattern, text) {
  try {
    return new RegExp(textAt(pattern), 'u').test(textAt(text)) ? 1 : 0;
  } catch (error) {
    return -1;
  }
}

async function load(module) {
  const imports = { page: { match } };
  WebAssembly.Module.imports(module).filter((needed) => needed.module !== 'page')
    .forEach((needed) => {
      imports[needed.module] = imports[needed.module] || {};
      imports[needed.module][needed.name] = () => NOT_OPEN;
    });
  run = (await WebAssembly.instantiate(module, imports)).exports;
  run._initialize();
}

function answer(request) {
  const text = new TextEncoder().encode(JSON.stringify(request));
  const place = run.request(text.length + 1);
  const bytes = new Uint8Array(run.memory.buffer, place, text.length + 1);
  bytes.set(text);
  bytes[text.length] = 0;
  return JSON.parse(textAt(run.answer()));
}

let ready = null;
self.onmessage = async ({ data: { number, module, request } }) => {
  if (module) ready = load(module);
  try {
    await ready;
    self.postMessage({ number, answer: module ? {} : answer(request) });
  } catch (error) {
    self.postMessage({ number, answer: { error: `the model stopped: ${error.message}` } });
  }
};
