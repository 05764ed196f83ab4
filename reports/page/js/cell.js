/* The designs of the selected cell side by side: what differs first, then the result. */

/* Of a cell far down in a large study, whose designs the page does not carry. */
function missingDesigns() {
  return wasmModel.available ? 'Pricing the designs of this cell.'
    : 'A page of a large study has the designs of its first cells only: dse eval --point prints these.';
}

const parametersByPath = new Map(data.parameters.map((parameter) => [parameter.path, parameter]));

function parameterUnit(path) {
  const own = parametersByPath.get(path);
  return own ? own.unit : columnMeta(path.replace(/\./g, '_')).unit;
}

function parameterDoc(path) {
  const own = parametersByPath.get(path);
  return own ? own.doc : columnMeta(path.replace(/\./g, '_')).doc;
}

/* The metrics that each part of the table shows; those that the designs lack are left out. */
const METRIC_PARTS = [
  { title: 'Result', names: ['tokens_per_s_per_usd', 'tokens_per_s', 'tokens_per_s_per_user', 'tpot_s',
    'ttft_s', 'batch', 'batch_cap', 'batch_slo', 'limit', 'attention_share', 'engine_speedup'] },
  { title: 'Price', names: ['system_cost_usd', 'device_cost_usd', 'engine_cost_usd', 'usd_per_mtok',
    'die_area_mm2', 'engine_area_mm2', 'dies'] },
  { title: 'Power', names: ['power_w', 'device_power_w', 'engine_stack_power_w', 'energy_j_per_token',
    'throttle_ratio'] },
  { title: 'Memory', names: ['memory_used_byte', 'weight_byte', 'kv_byte'] },
  { title: 'Pools', names: ['system_devices', 'ffn_devices', 'ffn_cost_usd', 'ffn_tp', 'ffn_ep',
    'micro_batches', 'paced_by', 'main_busy_ratio', 'ffn_busy_ratio', 'ffn_transfer_s',
    'ffn_memory_used_byte', 'draft_devices', 'draft_cost_usd', 'draft_s', 'prefill_devices',
    'prefill_cost_usd', 'prefill_tp', 'prefill_dp', 'prefill_ep', 'system_paced_by',
    'decode_busy_ratio', 'prefill_busy_ratio', 'kv_link_ratio', 'prefill_s'] },
  { title: 'Engine as built', names: ['engine_effective_bandwidth_ratio',
    'engine_effective_ridge_flop_per_byte', 'engine_limited_by', 'engine_maturity'] },
];

/* What the metrics of a pool say too. */
const POOL_COUNTS = ['pools.ffn.devices', 'pools.ffn.tp', 'pools.ffn.ep'];

const PLAN_NAMES = ['plan.tp', 'plan.dp', 'plan.ep', 'plan.pp', 'plan.cp'];

/* The mapping in one row: "TP 8 DP 4"; degrees of one say nothing. */
const mappingRow = {
  text: 'mapping',
  name: PLAN_NAMES.join(', '),
  unit: '',
  value: ({ parameters }) => PLAN_NAMES.filter((name) => parameters[name] > 1)
    .map((name) => `${shortName(name)} ${parameters[name]}`).join(' ') || 'one device',
};

function metricRow(name) {
  const meta = columnMeta(name);
  return {
    text: plainName(name),
    name,
    doc: meta.doc,
    unit: meta.unit,
    value: (design) => design.metrics[name],
    compares: true,
  };
}

/* The model makes a twin by taking the bandwidth of its engine away. */
function engineName(parameters) {
  return parameters['engine.bandwidth_ratio'] === 0 ? 'none' : parameters.engine;
}

function parameterRow(path) {
  return {
    text: plainName(path),
    name: path,
    doc: parameterDoc(path),
    unit: parameterUnit(path),
    value: ({ parameters }) => (path === 'engine' ? engineName(parameters)
      : lacksPool(parameters, path) ? null : parameters[path]),
  };
}

/* Is the parameter one of a pool that the design does not have? */
function lacksPool(parameters, path) {
  const [, pool] = path.match(/^pools\.(ffn|draft)\.(?!chip$|model$)/) || [];
  return Boolean(pool) && (parameters[`pools.${pool}.chip`] || 'none') === 'none';
}

/* Details of an engine, or of the chip of a pool, say nothing of a side without it. */
function isDetail(path) {
  return /^(engine|pools\.\w+\.(chip|engine|model))\./.test(path);
}

function differingPaths(sides) {
  const [first, ...others] = sides.map((side) => side.design.parameters);
  const paths = new Set(d3.merge([first, ...others].map(Object.keys)));
  return [...paths].filter((path) => !isDetail(path)
    && !PLAN_NAMES.includes(path) && !POOL_COUNTS.includes(path)
    && others.some((other) => other[path] !== first[path]));
}

function hasValue(row, sides) {
  return sides.some(({ design }) => ![null, undefined, ''].includes(row.value(design)));
}

/* Sections of the table: {title, rows}. */
function comparedParts(sides) {
  const parts = [
    { title: 'What differs', rows: [...differingPaths(sides).map(parameterRow), mappingRow] },
    ...METRIC_PARTS.map(({ title, names }) => ({ title, rows: names.map(metricRow) })),
  ];
  return parts.map(({ title, rows }) => ({ title, rows: rows.filter((row) => hasValue(row, sides)) }))
    .filter(({ rows }) => rows.length > 0);
}

/* With over without, for numbers. */
function sideRatio(row, designs) {
  const [a, b] = [designs.with, designs.without].map((design) => design && row.value(design));
  return row.compares && typeof a === 'number' && typeof b === 'number' && b !== 0 ? ratio(a / b) : '';
}

/* A value, and the stored one under it where the what-if has changed it. */
function addValue(line, row, design, stored) {
  const value = row.value(design);
  const cell = line.append('td').attr('class', typeof value === 'number' ? 'n' : '');
  cell.append('span').text(quantity(value, unitBeside(row.unit)));
  if (state.whatIf && stored && row.value(stored) !== value) {
    cell.append('span').attr('class', 'stored')
      .text(`was ${quantity(row.value(stored), unitBeside(row.unit))}`);
  }
}

function addComparedRow(body, row, sides, index) {
  const stored = storedDesigns(index);
  const line = body.append('tr');
  line.append('th').attr('scope', 'row').attr('title', [row.name, row.doc].filter(Boolean).join(': '))
    .text(row.text);
  sides.forEach((side) => addValue(line, row, side.design, stored[side.name]));
  line.append('td').attr('class', 'n').text(sideRatio(row, shownDesigns(index)));
}

/* "point 157" under the name of a side, so that a person can ask the program for it. */
function sidePoint(group, name) {
  const id = group[`${name}_point`];
  return id === null || id === undefined ? '' : `point ${id}`;
}

function addSideHead(table, sides, index) {
  const head = table.append('thead').append('tr');
  head.append('td');
  sides.forEach((side) => {
    const cell = head.append('th').attr('scope', 'col');
    cell.append('span').text(side.text);
    cell.append('span').attr('class', 'under').text(sidePoint(cells[index], side.name));
  });
  head.append('th').attr('scope', 'col').text('with / without');
}

function addPart(table, { title, rows }, sides, index) {
  const body = table.append('tbody');
  body.append('tr').attr('class', 'part').append('th').attr('scope', 'rowgroup')
    .attr('colspan', sides.length + 2).text(title);
  rows.forEach((row) => addComparedRow(body, row, sides, index));
}

/* Every parameter that all sides share, for the record. */
function addShared(box, sides) {
  const { parameters } = sides[0].design;
  const differ = new Set(differingPaths(sides));
  const paths = Object.keys(parameters).filter((path) => !differ.has(path));
  const details = box.append('details');
  details.append('summary').text(`${paths.length} more parameters, as the first design has them`);
  const list = details.append('dl').attr('class', 'parameters');
  paths.forEach((path) => {
    const pair = list.append('div');
    pair.append('dt').text(path);
    pair.append('dd').text(quantity(parameters[path], parameterUnit(path)));
  });
}

function drawCellDesigns(box, index) {
  addSubject(box, index);
  const sides = sidesOf(index);
  if (sides.length === 0) {
    box.append('p').text(cells[index].reason || missingDesigns());
    return;
  }
  if (cells[index].reason) box.append('p').text(`Why it stops: ${cells[index].reason}.`);
  const table = box.append('div').attr('class', 'scroll').append('table').attr('class', 'compare');
  addSideHead(table, sides, index);
  comparedParts(sides).forEach((part) => addPart(table, part, sides, index));
  addShared(box, sides);
}

views.push({
  id: 'cell',
  title: 'Two designs side by side',
  note: `The best design with ${subject.one}, the best without, and the twin: the first design less its`
    + ` ${subject.noun}, with the best mapping that leaves.`,
  order: 20,
  available: () => cells.length > 0,
  make: (body) => followCell(body, drawCellDesigns),
});
