/* What the person has chosen, and who wants to know. Events: "cell" (index in data.payoff.groups),
 * "point" (row of points), "filter" (the mask has changed), "compare", "whatIf", "theme", "resize". */
const state = {
  cell: null,
  point: null,
  compare: [], /* rows of points */
  filters: new Map(), /* name -> {label, test(row)} */
  mask: new Uint8Array(points.n).fill(1), /* 1: passes every filter */
  whatIf: null,
  listeners: new Map(),

  on(event, listener) {
    if (!this.listeners.has(event)) this.listeners.set(event, []);
    this.listeners.get(event).push(listener);
  },

  emit(event, payload) {
    (this.listeners.get(event) || []).forEach((listener) => listener(payload));
  },

  setCell(index) {
    this.cell = index;
    this.emit('cell', index);
  },

  setPoint(row) {
    this.point = row;
    this.emit('point', row);
  },

  setWhatIf(whatIf) {
    this.whatIf = whatIf;
    this.emit('whatIf', whatIf);
  },

  toggleCompare(row) {
    const at = this.compare.indexOf(row);
    if (at < 0) this.compare.push(row);
    else this.compare.splice(at, 1);
    this.emit('compare', this.compare);
  },

  setCompare(rows) {
    this.compare = rows;
    this.emit('compare', rows);
  },

  /* `test` of a row, or null to take the filter away. */
  setFilter(name, test, label) {
    if (test) this.filters.set(name, { label, test });
    else this.filters.delete(name);
    this.applyFilters();
  },

  clearFilters() {
    this.filters.clear();
    this.applyFilters();
  },

  applyFilters() {
    const tests = [...this.filters.values()].map((filter) => filter.test);
    for (let row = 0; row < points.n; row++) {
      this.mask[row] = tests.every((passes) => passes(row)) ? 1 : 0;
    }
    this.emit('filter', this.mask);
  },
};
