/* Which columns a person may want on an axis, in a filter or in the table, and how they are read. */

const allRows = d3.range(points.n);

/* The values that a column has, without null, in order. */
function distinctValues(name) {
  const { value, isNumber } = points.column(name);
  const found = [...new Set(allRows.map(value))].filter((one) => one !== null);
  return isNumber ? found.sort(d3.ascending) : found.sort();
}

function varies(name) {
  const { value } = points.column(name);
  const first = points.n ? value(0) : null;
  return allRows.some((row) => value(row) !== first);
}

const varyingColumns = data.columns.filter(({ name }) => points.has(name) && varies(name));

/* What the study sweeps: parts, parameters, prices, the scenario. */
const sweptColumns = varyingColumns.filter(({ name, of }) =>
  ['part', 'axis', 'price'].includes(of) || name === 'scenario');

function isBound({ name }) {
  return /_(low|high)$/.test(name);
}

const metricColumns = varyingColumns.filter((column) =>
  column.of === 'metric' && !isBound(column) && points.column(column.name).isNumber);

/* Metrics that most questions are about, in the order in which they are shown. */
const MAIN_METRICS = ['tokens_per_s', 'system_cost_usd', 'tpot_s', 'ttft_s', 'usd_per_mtok', 'power_w',
  'energy_j_per_token', 'batch', 'ffn_devices', 'draft_devices', 'prefill_devices',
  'system_devices', 'paced_by',
  'attention_share', 'engine_speedup', 'tokens_per_s_per_user'];

const objectiveNames = data.objectives.map(({ name }) => name);

/* The objectives of the study, then the other main metrics. */
const mainMetrics = [...new Set([...objectiveNames, ...MAIN_METRICS])]
  .filter((name) => metricColumns.some((column) => column.name === name));

/* 1: more is better; -1: less is better. */
function senseOf(name) {
  const objective = data.objectives.find((one) => one.name === name);
  return (objective || columnMeta(name)).sense || 1;
}

/* Positive values over more than a decade are read on a log axis. */
function suitsLog(name) {
  const [low, high] = d3.extent(distinctValues(name));
  return low > 0 && high / low >= 10;
}

/* Leading digits of log ticks: many, or fewer where these would be too many. */
const LOG_STEPS = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

function ticksOfLog([low, high], count) {
  const tens = d3.range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)) + 1);
  const inside = (value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const choices = LOG_STEPS.map((steps) =>
    d3.merge(tens.map((ten) => steps.map((step) => Number(`${step}e${ten}`)))).filter(inside));
  return choices.find((ticks) => ticks.length <= count && ticks.length > 1)
    || d3.ticks(low, high, count).filter((value) => value > 0);
}

/* Units that are left out beside the name of the column. */
const COUNTED = ['1/s', 'tokens', 'requests', 'devices'];

function tickText(name, value, digits = 3) {
  const { unit } = columnMeta(name);
  if (wordOf(name, value)) return wordOf(name, value);
  return quantity(value, COUNTED.includes(unit) ? '1' : unit, digits);
}

/* At most about `count` ticks for a scale of numbers. */
function numberTicks(scale, isLog, count) {
  const domain = d3.extent(scale.domain());
  return isLog ? ticksOfLog(domain, count) : d3.ticks(...domain, count);
}

const verdictColumn = points.column('verdict');

function isFeasible(row) {
  return verdictColumn.value(row) === 'ok';
}

/* The columns that make a workload: those of the cells, or of a study without engines. */
const workloadColumns = workloadKeys.length ? workloadKeys
  : sweptColumns.map(({ name }) => name).filter((name) => /^(scenario$|workload_)/.test(name));

function rowWorkload(row) {
  return workloadColumns.map((name) => {
    const value = points.column(name).value(row);
    return value === null ? '' : `${shortName(name)} ${keyText(name, value)}`;
  }).filter(Boolean).join(', ');
}

/* "12 TB/s to 20 TB/s" */
function rangeOfColumn(name, [low, high]) {
  return `${columnText(name, low)} to ${columnText(name, high)}`;
}

/* The chips of the pools that the study sweeps. */
const poolColumns = sweptColumns.map(({ name }) => name).filter((name) => /^pools_\w+_chip$/.test(name));

/* The engine and the pools of a point, of those that differ: "duplex, FFN pool of 16 h200". */
function partNames(row) {
  const engine = points.column('engine').value(row);
  const pools = [['ffn', 'FFN pool'], ['prefill', 'prefill pool'], ['draft', 'draft pool']]
    .filter(([name]) => poolColumns.includes(`pools_${name}_chip`))
    .map(([name, noun]) => {
      const chip = points.column(`pools_${name}_chip`).value(row);
      const devices = points.column(`${name}_devices`).value(row);
      return chip && chip !== 'none' ? `${noun} of ${devices ? `${quantity(devices)} ` : ''}${chip}` : '';
    });
  return [pools.some(Boolean) && engine === 'none' ? '' : engine, ...pools].filter(Boolean).join(', ');
}

/* "hypothetical, limited by temperature": why the engine of a point cannot be had as stated. */
function engineCaveat(row) {
  const word = (name) => {
    const value = points.has(name) ? points.column(name).value(row) : null;
    return value === null ? '' : columnText(name, value);
  };
  const limit = word('engine_limited_by');
  return [word('engine_maturity') === 'hypothetical' ? 'hypothetical' : '',
    limit && limit !== 'none' ? `limited by ${limit}` : ''].filter(Boolean).join(', ');
}

function modelOf(row) {
  return points.column('model').value(row);
}

const verdictReasons = new Map(data.verdicts.map(({ verdict, reason }) => [verdict, reason]));

/* Why a point is infeasible; empty if it is not. */
function reasonOf(row) {
  return verdictReasons.get(verdictColumn.value(row)) || '';
}
