/* The views of the page, in any order; each file ends with views.push({id, title, note, order,
 * make(section), available()}). `wide`: the view takes the whole width of a wide window. */
const views = [];
