/* The model itself, the same C code as in the program, in worker threads. Without WebAssembly, or in a
 * page that was built without it, `wasmModel.available` is false and the page shows what is stored. */
const MODEL_THREADS_MOST = 4;

const wasmModel = {
  available: Boolean(data.model && document.getElementById('model')
    && typeof WebAssembly === 'object' && typeof DecompressionStream === 'function'),
  threads: [],

  /* Starts the threads and gives them the files of the study; once. */
  start() {
    if (!this.started) this.started = startModel();
    return this.started;
  },

  /* Asks a free thread, or the first one that becomes free. */
  async ask(request) {
    await this.start();
    return leastBusy().ask(request);
  },
};

class ModelThread {
  constructor(source) {
    this.worker = new Worker(source);
    this.waiting = new Map();
    this.number = 0;
    this.study = null; /* the one it has */
    this.worker.onmessage = ({ data: { number, answer } }) => {
      this.waiting.get(number)(answer);
      this.waiting.delete(number);
    };
  }

  send(message) {
    this.number += 1;
    const number = this.number;
    return new Promise((resolve, reject) => {
      this.waiting.set(number,
        (answer) => (answer.error ? reject(new Error(answer.error)) : resolve(answer)));
      this.worker.postMessage({ number, ...message });
    });
  }

  ask(request) {
    return this.send({ request });
  }

  /* Asks about a study, which the thread gets first unless it has it. */
  async askAbout(study, request) {
    if (this.study !== study) {
      this.study = null;
      await this.ask({ study });
      this.study = study;
    }
    return this.ask(request);
  }
}

function leastBusy() {
  return wasmModel.threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
}

async function compiledModel() {
  const packed = atob(document.getElementById('model').textContent);
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

async function startModel() {
  const module = await compiledModel();
  const source = URL.createObjectURL(new Blob([document.getElementById('worker').textContent],
    { type: 'text/javascript' }));
  const cores = navigator.hardwareConcurrency || 2;
  wasmModel.threads = d3.range(Math.max(1, Math.min(MODEL_THREADS_MOST, cores)))
    .map(() => new ModelThread(source));
  await Promise.all(wasmModel.threads.map(async (thread) => {
    await thread.send({ module });
    await thread.ask({ files: data.model.files });
  }));
  URL.revokeObjectURL(source);
}

/* The key of a group as the model wants it: column -> text. */
function columnsOfCell(group) {
  const key = {};
  data.payoff.by.forEach((column) => {
    if (group[column] !== null && group[column] !== undefined) key[column] = String(group[column]);
  });
  return key;
}

function cellsRequest(indexes) {
  return {
    budget: data.payoff.budget,
    of: subject.path,
    cells: indexes.map((index) => columnsOfCell(data.payoff.groups[index])),
  };
}

/* Prices the map for a study in pieces, on all threads. `wanted()` says whether the answer is still of
 * use; `done(index, p)` gets each P. */
async function pricePayoffs(study, indexes, wanted, done) {
  const PIECE = 6;
  await wasmModel.start();
  let next = 0;
  await Promise.all(wasmModel.threads.map(async (thread) => {
    while (next < indexes.length && wanted()) {
      const piece = indexes.slice(next, next + PIECE);
      next += PIECE;
      const { p } = await thread.askAbout(study, { payoffs: cellsRequest(piece) });
      piece.forEach((index, i) => done(index, p[i]));
    }
  }));
}

/* The designs of one cell: {p, with, without, twin}, designs as in data.designs or null. */
async function priceDesigns(study, index) {
  await wasmModel.start();
  const answer = await leastBusy().askAbout(study, { designs: cellsRequest([index]) });
  return { p: answer.p[0], with: answer.with[0], without: answer.without[0], twin: answer.twin[0] };
}
