/* A design as text: a row of CSV, and the line of `dse eval` that prices it again. */

/* ---- CSV (RFC 4180) ---- */

/* Would a spreadsheet compute this text? A single sign or a number is none. */
function isFormula(text) {
  return /^[=+\-@\t\r]./s.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

function csvCell(value) {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = isFormula(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/* All columns of the points, as `dse query --columns all` names them. */
function csvOf(rows) {
  const names = data.columns.map(({ name }) => name).filter((name) => points.has(name));
  const lines = rows.map((row) =>
    [points.id(row), ...names.map((name) => points.column(name).value(row))]);
  return [['point', ...names], ...lines].map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

/* ---- the line of dse eval ---- */

/* "chip_memory_byte" -> "chip.memory_byte" */
const pathOfColumn = new Map([...data.parameters, ...data.prices]
  .map(({ path }) => [path.replace(/\./g, '_'), path]));

function scenarioOf(row) {
  return points.has('scenario') ? points.column('scenario').value(row) : 'base';
}

/* The mapping of a prefill pool, which a search chooses with that of the plan. */
const PREFILL_MAPPING = ['tp', 'ep', 'pp', 'cp'].map((name) => (
  { column: `prefill_${name}`, path: `pools.prefill.${name}` }));

/* What the study sets in the scenario of the point, then what the point has of its own. */
function settingsOf(row) {
  const ofStudy = data.settings.find(({ scenario }) => scenario === scenarioOf(row));
  const settings = new Map(ofStudy ? ofStudy.set : []);
  data.columns.filter(({ name, of }) => pathOfColumn.has(name)
    && ['part', 'axis', 'price', 'plan'].includes(of)).forEach(({ name }) => {
    const value = points.column(name).value(row);
    if (value !== null) settings.set(pathOfColumn.get(name), value);
  });
  PREFILL_MAPPING.filter(({ column }) => points.has(column)).forEach(({ column, path }) => {
    const value = points.column(column).value(row);
    if (value !== null) settings.set(path, value);
  });
  return settings;
}

function shellWord(text) {
  return /^[\w.,:=+/-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

function evalLine(row) {
  const sets = [...settingsOf(row)].map(([path, value]) => ` --set ${shellWord(`${path}=${value}`)}`);
  return `dse eval${sets.join('')}`;
}

/* ---- out of the page ---- */

/* Browsers without the clipboard of a page have the older way. */
function copyText(text) {
  const older = () => {
    const area = d3.select('body').append('textarea').attr('class', 'off-screen')
      .property('value', text);
    area.node().select();
    const isCopied = document.execCommand('copy');
    area.remove();
    if (!isCopied) throw new Error('the browser refused');
  };
  return navigator.clipboard ? navigator.clipboard.writeText(text).catch(older)
    : Promise.resolve().then(older);
}

function saveFile(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = d3.select('body').append('a').attr('href', url).attr('download', name)
    .attr('hidden', '');
  link.node().click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/* "attention-payoff" as the start of a file's name. */
function fileName(ending) {
  return `${data.run.name.replace(/[^\w.-]+/g, '-')}${ending}`;
}
