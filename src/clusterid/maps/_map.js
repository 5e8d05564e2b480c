"use strict";
/* Draws the data of a page with Leaflet. Every text is set as text, never as markup. */
function clusteridMap(map, packed) {
  // tables come as columns: names once, and a repeated value once with where it stands
  const column = (c) => (Array.isArray(c) ? c : c.at.map((k) => c.values[k]));
  function rows(table) {
    if (Array.isArray(table)) return table;
    const columns = Object.entries(table.columns).map(([name, c]) => [name, column(c)]);
    return Array.from({ length: table.n }, (_, i) => Object.fromEntries(columns.map(([name, c]) => [name, c[i]])));
  }
  const data = Object.fromEntries(Object.entries(packed).map(([name, value]) => (
    [name, value && value.columns ? rows(value) : value])));
  // what a layer says of many cells stands as a list
  for (const layer of data.layers || []) {
    for (const part of [layer, layer.beside || {}]) {
      for (const name of ["notes", "reasons", "imputed"]) if (part[name] && part[name].at) part[name] = column(part[name]);
    }
  }
  const SVG = "http://www.w3.org/2000/svg";
  const geo = data.geo, n = geo.codes.length;
  const state = {
    language: data.meta.language, theme: data.meta.theme, selected: null,
    clusters: true, verdicts: {}, links: false, card: null, grades: {}, all: false,
  };
  const graded = data.grades && data.grades.signs ? data.grades : { signs: [], counts: {}, first: [], most: 0, bars: [] };
  for (const grade of graded.signs) state.grades[grade.code] = graded.first.includes(grade.code);
  // where nothing is known nothing is drawn, until the reader asks for it
  for (const verdict of data.signs) state.verdicts[verdict.code] = verdict.code !== "unknown_list_incomplete";

  const has = (thing, key) => Object.prototype.hasOwnProperty.call(thing, key);

  // ---- words and numbers -------------------------------------------------------
  const t = (key, values) => {
    let text = data.texts[state.language][key];
    if (text === undefined) text = key.split(".").pop();
    // in one pass: a value that looks like a place is a value
    return text.replace(/\{(\w+)\}/g, (place, name) => (
      has(values || {}, name) ? String(values[name]) : place));
  };
  const own = (label) => (label && typeof label === "object"
    ? label[state.language] || label.en || label.de || "" : String(label ?? ""));
  const number = (value) => {
    if (value === null || value === undefined) return "–";
    const options = Math.abs(value) >= 1000
      ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
    return new Intl.NumberFormat(state.language === "de" ? "de-DE" : "en-GB", options)
      .format(value);
  };
  const probability = (value) => {
    if (value === null || value === undefined) return "–";
    return value < 0.001 ? "< " + number(0.001) : number(Number(value.toPrecision(2)));
  };
  const percent = (value) => number(Math.round(value * 100)) + " %";
  const reason = (code) => data.texts[state.language]["reason." + code]
    || t("state.missing");
  const flag = (code) => data.texts[state.language]["flag." + code]
    || code.split("_").join(" ");
  const plain = (text) => String(text).toLowerCase().normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "").split("ß").join("ss");

  // ---- elements ----------------------------------------------------------------
  function el(tag, settings, ...children) {
    const node = document.createElement(tag);
    for (const key in settings || {}) {
      const value = settings[key];
      if (value === undefined || value === null || value === false) continue;
      if (key === "on") for (const event in value) node.addEventListener(event, value[event]);
      else if (key === "style") Object.assign(node.style, value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return node;
  }
  function svg(tag, settings, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const key in settings || {}) node.setAttribute(key, settings[key]);
    for (const child of children) node.append(child);
    return node;
  }
  const drawing = (width, height, ...children) => svg("svg",
    { width, height, viewBox: "0 0 " + width + " " + height, "aria-hidden": "true" },
    ...children);

  function sign(shape, colour, size) {
    const s = size || 16, g = svg("g", { transform: "scale(" + s / 16 + ")" });
    const full = { fill: colour, stroke: "#ffffff", "stroke-width": 1 };
    const line = { fill: "none", stroke: colour, "stroke-width": 3, "stroke-linecap": "round" };
    if (shape === "circle") g.append(svg("circle", { cx: 8, cy: 8, r: 6.5, ...full }));
    else if (shape === "ring") g.append(svg("circle", { cx: 8, cy: 8, r: 5, ...line }));
    else if (shape === "triangle") g.append(svg("path", { d: "M8 1.5 15 14H1Z", ...full }));
    else if (shape === "cross") g.append(svg("path", { d: "M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5", ...line }));
    else if (shape === "square") g.append(svg("path", { d: "M2 2H14V14H2Z", ...full }));
    else if (shape === "dot") g.append(svg("circle", { cx: 8, cy: 8, r: 2.2, fill: colour }));
    else if (shape === "diamond") g.append(svg("path", { d: "M8 .8 15.2 8 8 15.2 .8 8Z", ...full }));
    else if (shape === "star") g.append(svg("path", { d: "M8 .5 10.2 5.6 15.7 6 11.5 9.7 12.9 15.2 8 12.2 3.1 15.2 4.5 9.7 .3 6 5.8 5.6Z", ...full }));
    else if (shape === "dash") g.append(svg("path", { d: "M3 8H13", ...line }));
    else if (shape === "dots") for (const x of [3, 8, 13]) g.append(svg("circle", { cx: x, cy: 8, r: 1.8, fill: colour }));
    else {
      const text = svg("text", { x: 8, y: 14, "text-anchor": "middle", "font-size": 16, "font-weight": 700, fill: colour });
      text.textContent = "?";
      g.append(text);
    }
    return drawing(s, s, g);
  }

  // ---- patterns ----------------------------------------------------------------
  const defs = svg("defs");
  document.body.append(svg("svg", { width: 0, height: 0, style: "position:absolute", "aria-hidden": "true" }, defs));
  const known = {};
  function hatch(colour, ink) {
    const id = "hatch-" + colour.slice(1) + "-" + ink.slice(1);
    if (!known[id]) {
      known[id] = true;
      defs.append(svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: 6, height: 6, fill: colour }),
        svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, stroke: ink, "stroke-width": 2 })));
    }
    return "url(#" + id + ")";
  }
  const HIDDEN = () => hatch(data.meta.hidden, "#a3a9b0");
  const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  const dark = (colour) => rgb(colour).reduce((a, b, i) => a + b * [0.299, 0.587, 0.114][i], 0) < 120;
  const PARTLY = (colour) => hatch(colour, dark(colour) ? "#ffffff" : "#4a5360");

  // ---- grades ----
  const gradeSign = {};
  for (const grade of graded.signs) gradeSign[grade.code] = grade;
  const gradeName = (code) => t("grade." + (code || "none"));
  const chip = (code) => {
    const look = has(gradeSign, code) ? { background: gradeSign[code].colour, color: gradeSign[code].ink } : {};
    return el("span", { class: "chip", style: look, title: gradeName(code) }, code || "–");
  };
  const kindOf = (thing) => data.kinds[thing.kind];
  const industriesOf = (thing) => kindOf(thing).industries.map((k) => own(data.industries[k]));

  // ---- geometry ----------------------------------------------------------------
  function decode(polygons) {
    return polygons.map((polygon) => polygon.map((ring) => {
      const points = [];
      let x = 0, y = 0;
      for (let i = 0; i < ring.length; i += 2) {
        x += ring[i]; y += ring[i + 1];
        points.push([geo.origin[1] + y * geo.step, geo.origin[0] + x * geo.step]);
      }
      return points;
    }));
  }
  // rings of the regions on the grid; an edge that two regions of a cluster share is inside it
  const grid = geo.shapes.map((shape) => shape.flatMap((polygon) => polygon.map((ring) => {
    const points = [];
    let x = 0, y = 0;
    for (let i = 0; i < ring.length; i += 2) { x += ring[i]; y += ring[i + 1]; points.push([x, y]); }
    return points;
  })));
  const edge = (a, b) => (a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? a + " " + b : b + " " + a);
  function border(inside) {
    const times = new Map(), lines = [];
    if (inside.length > 1) for (const i of inside) for (const ring of grid[i]) ring.forEach((a, k) => {
      const key = edge(a, ring[(k + 1) % ring.length]);
      times.set(key, (times.get(key) || 0) + 1);
    });
    for (const i of inside) for (const ring of grid[i]) {
      let run = [];
      ring.forEach((a, k) => {
        const b = ring[(k + 1) % ring.length];
        if (inside.length === 1 || times.get(edge(a, b)) === 1) {
          if (!run.length) run.push(a);
          run.push(b);
        } else if (run.length) { lines.push(run); run = []; }
      });
      if (run.length) lines.push(run);
    }
    return lines.map((run) => run.map(([x, y]) => [geo.origin[1] + y * geo.step, geo.origin[0] + x * geo.step]));
  }
  map.createPane("regions").style.zIndex = 300;
  map.createPane("links").style.zIndex = 420;
  map.createPane("outlines").style.zIndex = 410;
  map.getPane("outlines").style.pointerEvents = "none";
  const svgIn = (pane) => L.svg({ pane, padding: 0.3 });
  const regionSvg = svgIn("regions"), outlineSvg = svgIn("outlines"), linkSvg = svgIn("links");
  const regions = geo.shapes.map((shape, i) => {
    if (!shape.length) return null;
    const layer = L.polygon(decode(shape), { renderer: regionSvg, pane: "regions", smoothFactor: 0.5 });
    layer.bindTooltip(() => regionTip(i), { sticky: true, direction: "auto", opacity: 0.97 });
    layer.on("click", () => select({ kind: "region", i }, false));
    return layer.addTo(map);
  });
  const everything = L.featureGroup(regions.filter(Boolean)).getBounds();
  // far-off regions (at most one in twenty) that more than halve the scale are left out
  // of the first view; the panel names them
  const remote = [];
  const core = (() => {
    const boxes = regions.map((layer, i) => layer && { i, box: layer.getBounds() }).filter(Boolean);
    const around = (list) => list.reduce((all, one) => all.extend(one.box), L.latLngBounds([]));
    const area = (bounds) => {
      const a = L.CRS.EPSG3857.project(bounds.getSouthWest()), b = L.CRS.EPSG3857.project(bounds.getNorthEast());
      return Math.max(b.x - a.x, b.y - a.y) ** 2;
    };
    let rest = boxes;
    for (let most = Math.floor(boxes.length / 20); most > 0; most -= 1) {
      const whole = area(around(rest));
      let best = null;
      for (let k = 0; k < rest.length; k += 1) {
        const size = area(around(rest.filter((_, j) => j !== k)));
        if (!best || size < best.size) best = { k, size };
      }
      if (!best || best.size > 0.75 * whole) break;
      remote.push(rest[best.k].i);
      rest = rest.filter((_, j) => j !== best.k);
    }
    return around(rest);
  })();

  // ---- values ------------------------------------------------------------------
  const layerById = {};
  for (const layer of data.layers) layerById[layer.id] = layer;
  const current = () => layerById[state.theme] || null;
  const classOf = (layer, value) => {
    let k = 0;
    while (k < layer.breaks.length && value >= layer.breaks[k]) k += 1;
    return k;
  };
  function fill(layer, i) {
    if (!layer) return state.clusters && best[i] ? gradeSign[best[i].grade].paint : "#f3f2ec";
    const value = layer.v[i];
    if (value === null) return HIDDEN();
    const colour = layer.colours[classOf(layer, value)];
    return layer.imputed && layer.imputed[i] >= 0.05 ? PARTLY(colour) : colour;
  }
  function shownValue(layer, i) {
    const value = layer.v[i];
    const low = layer.lo ? layer.lo[i] : null, high = layer.hi ? layer.hi[i] : null;
    const interval = low !== null && high !== null ? number(low) + " – " + number(high) : null;
    return { value, interval, reason: layer.reasons[i] };
  }
  function valueRows(layer, i) {
    const shown = shownValue(layer, i), rows = [];
    rows.push([own(layer.measure), shown.value === null ? reason(shown.reason || "missing") : number(shown.value)]);
    if (shown.interval) rows.push([shown.value === null ? t("measure.possible") : own(layer.interval) || t("measure.interval"), shown.interval]);
    if (layer.q && layer.q[i] !== null && layer.q[i] !== undefined && shown.value !== null) rows.push([t("measure.q_value"), probability(layer.q[i])]);
    if (layer.beside) {
      const other = shownValue({ ...layer.beside, reasons: {} }, i);
      if (other.value !== null) rows.push([own(layer.beside.measure), number(other.value)]);
      if (other.interval) rows.push([own(layer.beside.measure) + ", " + t("measure.possible"), other.interval]);
    }
    if (layer.jobs && layer.jobs[i] !== null) rows.push([t("measure.employment"), number(layer.jobs[i])]);
    if (layer.n) rows.push([t("measure.n_plants"), layer.n[i] === null ? t("map.n_plants_unknown") : number(layer.n[i])]);
    if (layer.imputed && layer.imputed[i]) rows.push([t("measure.share_imputed"), percent(layer.imputed[i])]);
    if (layer.grades && layer.grades[i]) rows.push([t("map.grade"), layer.grades[i] + ": " + gradeName(layer.grades[i])]);
    const flags = (layer.flags[i] || []).map(flag);
    if (layer.notes[i] && shown.value !== null) flags.push(reason(layer.notes[i]));
    if (flags.length) rows.push([t("map.flags"), flags.join("; ")]);
    return rows;
  }
  const table = (rows) => el("table", {}, el("tbody", {}, rows.map(([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: String(value).length < 16 && /^[\d<–-]/.test(String(value)) ? "n" : "" }, value)))));
  const inRegion = geo.codes.map(() => []);
  data.clusters.forEach((c) => c.regions.forEach((i) => inRegion[i].push(c)));
  const rowsIn = geo.codes.map(() => []);
  const ranked = Object.fromEntries(Object.entries(data.concentrations || {}).map(([name, c]) => [name, column(c)]));
  (ranked.region || []).forEach((i, row) => rowsIn[i].push(row));
  // what is drawn and listed: the grades ticked, the first of them unless all are asked for
  let visible = [], chosen = 0, best = {};
  function choose() {
    const of = data.clusters.filter((c) => (c.grade ? state.grades[c.grade] : state.all));
    chosen = of.length;
    visible = state.all ? of : of.slice(0, graded.most);
    best = {};
    for (const c of visible) if (c.grade) c.regions.forEach((i, k) => {
      const grade = c.grades[k] && c.grades[k] !== "-" ? c.grades[k] : c.grade;
      if (!best[i]) best[i] = { grade, n: 1 };
      else { best[i].n += 1; if (grade < best[i].grade) best[i].grade = grade; }
    });
  }
  const named = (i) => geo.names[i] === geo.codes[i] ? geo.codes[i] : geo.names[i] + " (" + geo.codes[i] + ")";
  const clusterName = (c) => c.id + " · " + own(c.name);
  // of what kind, where the name does not say so already
  const kindRow = (x) => [t("map.kind"), own(kindOf(x).label)];
  function regionTip(i) {
    const layer = current(), box = el("div", { class: "tip" }, el("strong", {}, named(i)));
    if (layer) box.append(el("span", { class: "soft" }, own(layer.label)), table(valueRows(layer, i)));
    const here = inRegion[i].filter((c) => visible.includes(c) && (!layer || layer.group !== "template" || c.template === layer.code));
    if (state.clusters) for (const c of here.slice(0, 5)) box.append(el("div", {}, chip(c.grade), " ", own(c.name)));
    if (state.clusters && here.length > 5) box.append(el("div", { class: "soft" }, t("map.more_ranked", { n: number(here.length - 5) })));
    return box;
  }

  // ---- clusters ----------------------------------------------------------------
  const outlines = new Map();
  function outlineOf(c) {
    if (!outlines.has(c)) {
      const lines = border(c.regions), look = gradeSign[c.grade] || { colour: "#4d4d4d", dash: "" };
      const base = { renderer: outlineSvg, pane: "outlines", interactive: false, smoothFactor: 0.5 };
      outlines.set(c, L.featureGroup([
        L.polyline(lines, { ...base, color: "#ffffff", weight: 4.5, opacity: 0.85 }),
        L.polyline(lines, { ...base, color: look.colour, weight: 2.2, dashArray: look.dash || null }),
      ]));
    }
    return outlines.get(c);
  }
  let tags = [];
  function drawTags() {
    for (const tag of tags) tag.remove();
    tags = [];
    if (current() || !state.clusters) return;
    for (const key in best) {
      const i = Number(key), { grade, n: here } = best[i];
      if (!regions[i] || !geo.points[i]) continue;
      const bounds = regions[i].getBounds();
      const a = map.latLngToLayerPoint(bounds.getNorthWest()), b = map.latLngToLayerPoint(bounds.getSouthEast());
      if (b.x - a.x < (here > 1 ? 30 : 18) || b.y - a.y < 18) continue;
      const look = gradeSign[grade];
      tags.push(L.marker(geo.points[i], {
        icon: L.divIcon({ className: "tag-box", iconSize: [0, 0], html: el("span", { class: "tag", style: { background: look.colour, color: look.ink } }, grade + (here > 1 ? " +" + (here - 1) : "")) }),
        interactive: false, keyboard: false,
      }).addTo(map));
    }
  }
  function drawClusters() {
    const layer = current();
    const only = layer && layer.group === "template" ? layer.code : null;
    const shown = new Set(state.clusters && (!layer || only)
      ? (only ? data.clusters.filter((c) => c.template === only && state.grades[c.grade]) : visible) : []);
    for (const [c, group] of outlines) if (!shown.has(c)) group.remove();
    // the best on top
    for (const c of [...shown].reverse()) outlineOf(c).addTo(map);
    drawTags();
  }
  map.on("zoomend", drawTags);

  // ---- declared clusters -------------------------------------------------------
  const signOf = {};
  for (const verdict of data.signs) signOf[verdict.code] = verdict;
  const signFor = (code) => (has(signOf, code) ? signOf[code] : { shape: "?", colour: "#5a6472" });
  const verdictName = (code) => t("verdict." + code);
  let pins = [];
  // places at one point share one sign, so that none hides another
  const at = new Map();
  data.places.forEach((place, p) => {
    if (!place.point) return;
    const key = place.point.join();
    if (!at.has(key)) at.set(key, []);
    at.get(key).push(p);
  });
  const spots = [...at.values()];
  // a cluster that no place was asked about is drawn as a cluster already
  const drawn = (place, record) => place.declared || !(record.verdict.startsWith("unknown") || record.verdict === "not_asked");
  function drawPlaces() {
    for (const pin of pins) pin.remove();
    pins = [];
    for (const here of spots) {
      const place = { name: here.map((p) => data.places[p].name).join(", "), point: data.places[here[0]].point,
        items: here.flatMap((p) => data.places[p].items.filter((record) => drawn(data.places[p], record))) };
      const counts = new Map();
      for (const item of place.items) {
        if (state.verdicts[item.verdict]) counts.set(item.verdict, (counts.get(item.verdict) || 0) + 1);
      }
      if (!counts.size) continue;
      const strip = el("span", { class: "pins" });
      const said = [];
      for (const verdict of data.signs) {
        const count = counts.get(verdict.code);
        if (!count) continue;
        strip.append(sign(verdict.shape, verdict.colour, 13));
        if (count > 1) strip.append(el("span", {}, count));
        said.push(count + " " + verdictName(verdict.code));
      }
      const pin = L.marker(place.point, {
        icon: L.divIcon({ className: "pin-box", iconSize: [0, 0], html: strip }), riseOnHover: true,
      });
      pin.bindTooltip(() => placeTip(place), { direction: "top", offset: [0, -8], opacity: 0.97 });
      const open = () => select({ kind: "place", p: here[0], also: here.slice(1) }, false);
      pin.on("click", open);
      pin.on("keydown", (event) => {
        if (["Enter", " "].includes(event.originalEvent.key)) {
          event.originalEvent.preventDefault();
          open();
        }
      });
      pin.addTo(map);
      const node = pin.getElement();
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", place.name + ": " + said.join(", "));
      pins.push(pin);
    }
  }
  function placeTip(place) {
    const box = el("div", { class: "tip" }, el("strong", {}, place.name));
    for (const item of place.items.filter((x) => state.verdicts[x.verdict]).slice(0, 8)) {
      const s = signFor(item.verdict);
      box.append(el("div", {}, sign(s.shape, s.colour, 12), " ", own(item.label), el("span", { class: "soft" }, " · " + verdictName(item.verdict))));
    }
    return box;
  }

  // ---- research links ----------------------------------------------------------
  let arcs = null;
  function arc(a, b) {
    const points = [], dy = b[0] - a[0], dx = b[1] - a[1];
    const middle = [(a[0] + b[0]) / 2 - dx * 0.12, (a[1] + b[1]) / 2 + dy * 0.18];
    for (let k = 0; k <= 16; k += 1) {
      const s = k / 16, r = 1 - s;
      points.push([r * r * a[0] + 2 * r * s * middle[0] + s * s * b[0], r * r * a[1] + 2 * r * s * middle[1] + s * s * b[1]]);
    }
    return points;
  }
  function drawLinks() {
    if (!state.links) { if (arcs) arcs.remove(); return; }
    if (!arcs) {
      const most = Math.max(...data.links.items.map((link) => link.w));
      arcs = L.featureGroup(data.links.items.map((link) => L.polyline(
        arc(geo.points[link.a], geo.points[link.b]), {
          renderer: linkSvg, pane: "links", color: "#6a1b5d", opacity: 0.5,
          weight: 0.6 + 2.6 * Math.sqrt(link.w / most), className: "arc",
        }).bindTooltip(() => el("div", { class: "tip" },
        el("strong", {}, geo.names[link.a] + " – " + geo.names[link.b]),
        t("map.link_strength") + ": " + number(link.w)), { sticky: true })));
    }
    arcs.addTo(map);
  }

  // ---- selection and details ---------------------------------------------------
  let halo = null;
  function select(what, move) {
    state.card = what;
    if (halo) { halo.remove(); halo = null; }
    let bounds = null;
    if (what && what.kind === "region") {
      const layer = regions[what.i];
      if (layer) {
        halo = L.polygon(layer.getLatLngs(), { renderer: outlineSvg, pane: "outlines", interactive: false, color: "#111111", weight: 3, fill: false }).addTo(map);
        bounds = layer.getBounds();
      }
    } else if (what && what.kind === "cluster") {
      halo = L.polyline(border(data.clusters[what.c].regions), { renderer: outlineSvg, pane: "outlines", interactive: false, color: "#111111", weight: 3 }).addTo(map);
      bounds = halo.getBounds();
    }
    else if (what && what.kind === "place" && data.places[what.p].point) bounds = L.latLngBounds([data.places[what.p].point]).pad(0.1);
    if (move && bounds && bounds.isValid()) map.fitBounds(bounds, { maxZoom: Math.max(map.getZoom(), homeZoom + 1.5), paddingTopLeft: [40, 40], paddingBottomRight: [window.innerWidth > 760 ? 370 : 40, 40], animate: false });
    drawCard();
  }
  const card = el("aside", { class: "card", "aria-live": "polite", hidden: true });
  function item(record) {
    const s = signFor(record.verdict);
    const rows = record.lq_jobs === null && record.lq_plants === null ? [] : quotients(record);
    if (record.jobs !== null) rows.push([t("measure.employment"), number(record.jobs)]);
    if (record.n !== null) rows.push([t("measure.n_plants"), number(record.n)]);
    if (record.posterior !== null) rows.push([t("measure.posterior"), percent(record.posterior)]);
    return el("section", {},
      el("h3", {}, sign(s.shape, s.colour, 14), " ", own(record.label)),
      el("div", {}, verdictName(record.verdict)),
      rows.length ? table(rows) : null,
      own(record.evidence) ? el("p", { class: "note" }, t("map.evidence") + ": " + own(record.evidence)) : null,
      own(record.change) ? el("p", { class: "note" }, t("map.would_change") + ": " + own(record.change)) : null);
  }
  function drawCard() {
    card.replaceChildren();
    const what = state.card;
    card.hidden = !what;
    if (!what) return;
    card.append(el("button", { class: "close no-print", "aria-label": t("map.close"), on: { click: () => { select(null); } } }, "×"));
    if (what.kind === "region") {
      const i = what.i, layer = current();
      card.append(el("h2", {}, named(i)));
      if (layer) card.append(el("h3", {}, own(layer.label)), table(valueRows(layer, i)));
      if (data.clusters.length || rowsIn[i].length) card.append(el("h3", {}, t("map.ranked")), ...rankedList(i));
      data.places.forEach((place) => {
        if (!place.regions.includes(i)) return;
        card.append(el("h3", {}, place.name));
        for (const record of place.items) card.append(item(record));
      });
    } else if (what.kind === "cluster") {
      const c = data.clusters[what.c];
      card.append(el("h2", {}, chip(c.grade), " ", clusterName(c)), el("p", { class: "note" }, gradeName(c.grade)));
      const rows = [[t("measure.employment"), c.held ? t("map.few_plants_held") : c.jobs === null ? reason("withheld") : number(c.jobs)], [t("measure.excess_jobs"), number(c.excess)],
        ...quotients(c), [t("measure.n_plants"), c.n === null ? t("map.n_plants_unknown") : number(c.n)], ...evidence(c)];
      if (graded.bars.length === 2 && !graded.jobs_only) rows.push([t("map.at_bars", { lower: number(graded.bars[0]), higher: number(graded.bars[1]) }), c.at_bars.map((grade) => grade || "–").join(" / ")]);
      rows.push([t("measure.n_members"), number(c.members)]);
      if (c.linked !== null) rows.push([t("map.linked"), c.layers.length ? t("map.linked_text", { n: number(c.linked), layers: c.layers.map(layerName).join(", ") }) : number(c.linked)]);
      if (kindOf(c).level !== "industry") rows.push(kindRow(c));
      if (kindOf(c).level !== "template") rows.push([t("map.level"), t("level." + kindOf(c).level)]);
      if (c.largest !== null && c.n !== null) rows.push([t("map.largest_plant"), percent(c.largest)]);
      if (c.imputed) rows.push([t("measure.share_imputed"), percent(c.imputed)]);
      if (c.flags.some(rare)) rows.push([t("map.flags"), c.flags.filter(rare).map(flag).join("; ")]);
      card.append(table(rows), el("h3", {}, t("map.regions")), el("p", {}, c.regions.map((i, k) => geo.names[i] + (c.regions.length > 1 && c.grades[k] !== "-" ? " (" + c.grades[k] + ")" : "")).join(", ")));
      const members = industriesOf(c);
      if (members.length) card.append(el("h3", {}, t("map.members")), el("p", {}, members.join("; ")));
    } else {
      for (const p of [what.p, ...(what.also || [])]) {
        card.append(el("h2", {}, data.places[p].name));
        for (const record of data.places[p].items) card.append(item(record));
      }
    }
  }
  const list = (rows) => el("ul", { class: "rows" }, rows.map((row) => el("li", {}, row)));
  const layerName = (code) => data.texts[state.language]["layer." + code] || code.split("_").join(" ");
  // what holds of every cluster is said once, above the list
  const rare = (code) => code !== "employment_only";
  // each quotient under its own name, each with its own range
  function quotients(x) {
    const rows = [[t("measure.lq_jobs"), number(x.lq_jobs) + (x.low_jobs !== null && x.high_jobs !== null ? " (" + t("map.possible_range", { low: number(x.low_jobs), high: number(x.high_jobs) }) + ")" : "")]];
    if (x.lq_plants !== null) rows.push([t("measure.lq_plants"), number(x.lq_plants) + (x.low_plants !== null ? " (" + t("map.ninety", { low: number(x.low_plants), high: number(x.high_plants) }).replace(" (90 %)", "; 90 %") + ")" : "")]);
    return rows;
  }
  function evidence(x) {
    const rows = [];
    if (x.form && x.form !== "unknown") rows.push([t("map.form"), t("form." + x.form)]);
    if (x.why) rows.push([t("map.why_not_higher"), x.why.split(";").map((code) => t("why." + code)).join("; ")]);
    if (x.grade !== "A" && x.grade !== "B") {
      if (x.needed !== null && (x.n === null || x.needed > x.n)) rows.push([t("map.would_decide"), t("map.plants_needed", { n: number(x.needed) })]);
      else if (x.why.includes("plants_not_counted")) rows.push([t("map.would_decide"), t("map.count_plants")]);
    }
    return rows;
  }
  const rankedRow = (row) => Object.fromEntries(Object.keys(ranked).map((name) => [name, ranked[name][row]]));
  const position = new Map(data.clusters.map((c, k) => [c.id, k]));
  function rankedItem(row) {
    const x = rankedRow(row), k = position.get(x.cluster);
    const short = x.held ? t("map.few_plants_held")
      : t("map.jobs_of", { n: number(x.jobs) }) + " · " + t("map.expected_share", { n: number(x.excess) });
    return el("details", { class: "ranked" },
      el("summary", {}, number(x.rank) + ". ", chip(x.grade), " ", own(x.name || kindOf(x).label), el("small", {}, short)),
      table([...(x.held ? [] : quotients(x)), ...(x.n === null ? [] : [[t("measure.n_plants"), number(x.n)]]),
        ...(x.name ? [kindRow(x)] : []), [t("map.level"), t("level." + kindOf(x).level)], [t("map.grade"), gradeName(x.grade)], ...evidence(x)]),
      k === undefined ? null : el("button", { on: { click: () => select({ kind: "cluster", c: k }, true) } }, t("map.cluster") + " " + x.cluster));
  }
  function rankedList(i) {
    const rows = rowsIn[i];
    if (!rows.length) return [el("p", { class: "note" }, t("map.nothing_ranked"))];
    const out = rows.slice(0, 10).map(rankedItem);
    if (rows.length > 10) {
      const more = el("details", {}, el("summary", {}, t("map.more_ranked", { n: number(rows.length - 10) })));
      more.addEventListener("toggle", () => { if (more.children.length === 1) more.append(...rows.slice(10).map(rankedItem)); });
      out.push(more);
    }
    return out;
  }
  const clusterRow = (c) => el("button", { on: { click: () => select({ kind: "cluster", c: position.get(c.id) }, true) } },
    chip(c.grade), " ", clusterName(c), el("small", {}, (c.jobs === null ? "" : t("map.jobs_of", { n: number(c.jobs) }) + " · ") + (c.excess === null ? "" : t("map.expected_share", { n: number(c.excess) }) + " · ") + c.regions.map((i) => geo.names[i]).slice(0, 4).join(", ") + (c.regions.length > 4 ? " …" : "")));

  // ---- search ------------------------------------------------------------------
  const index = [];
  data.places.forEach((place, p) => { if (place.point) index.push({ text: place.name, note: "map.place", what: { kind: "place", p } }); });
  for (let i = 0; i < n; i += 1) index.push({ text: named(i), note: "map.region", what: { kind: "region", i } });
  const said = (label) => (label && typeof label === "object" ? Object.values(label).join(" ") : String(label ?? ""));
  data.clusters.forEach((c, k) => index.push({
    get text() { return clusterName(c) + " (" + c.regions.slice(0, 2).map((i) => geo.names[i]).join(", ") + (c.regions.length > 2 ? " …" : "") + ")"; },
    all: c.id + " " + c.template + " " + said(c.name) + " " + said(kindOf(c).label), note: "map.cluster", what: { kind: "cluster", c: k },
  }));
  for (const entry of index) entry.plain = plain(entry.all || entry.text);
  function searchBox() {
    let hits = [], active = -1;
    const box = el("ul", { class: "hits", id: "hits", role: "listbox", "aria-label": t("map.search") });
    const told = el("div", { class: "visually-hidden", role: "status" });
    const input = el("input", {
      type: "search", id: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "hits",
      "aria-autocomplete": "list", autocomplete: "off", title: t("map.search_hint"), placeholder: t("map.search"),
    });
    const choose = (k) => { const hit = hits[k]; if (!hit) return; input.value = hit.text; show([]); select(hit.what, true); };
    const mark = () => {
      [...box.children].forEach((node, k) => node.setAttribute("aria-selected", k === active ? "true" : "false"));
      if (active >= 0) { input.setAttribute("aria-activedescendant", "hit-" + active); box.children[active].scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
    };
    const show = (found) => {
      hits = found; active = -1;
      box.replaceChildren(...found.map((hit, k) => el("li", { id: "hit-" + k, role: "option", "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); choose(k); } } }, hit.text, " ", el("small", {}, t(hit.note)))));
      input.setAttribute("aria-expanded", found.length ? "true" : "false");
    };
    input.addEventListener("input", () => {
      const wanted = plain(input.value.trim());
      if (!wanted) { show([]); told.textContent = ""; return; }
      const found = index.filter((entry) => entry.plain.includes(wanted))
        .sort((a, b) => a.plain.indexOf(wanted) - b.plain.indexOf(wanted)).slice(0, 12);
      show(found);
      told.textContent = found.length ? t("map.hits", { n: found.length }) : t("map.no_hit");
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { active = Math.min(active + 1, hits.length - 1); mark(); event.preventDefault(); }
      else if (event.key === "ArrowUp") { active = Math.max(active - 1, -1); mark(); event.preventDefault(); }
      else if (event.key === "Enter") { choose(active < 0 ? 0 : active); event.preventDefault(); }
      else if (event.key === "Escape") show([]);
    });
    return [el("h2", {}, el("label", { for: "search" }, t("map.search"))), input, told, box];
  }

  // ---- panel -------------------------------------------------------------------
  const panel = el("div", { class: "panel", role: "region" });
  const header = el("header", { class: "bar" });
  const skip = el("a", { class: "skip", href: "#map_canvas" });
  const water = data.meta.simulated || data.meta.confidential ? el("div", { class: "water", "aria-hidden": "true" }) : null;
  function themeSelect() {
    const choose = el("select", { id: "theme", on: { change: (event) => { state.theme = event.target.value; refresh(); } } });
    if (data.meta.overview) choose.append(el("option", { value: "overview" }, t("map.overview")));
    for (const [group, name] of [["template", "map.templates"], ["industry", "map.industries"], ["value", "map.values"]]) {
      const some = data.layers.filter((layer) => layer.group === group);
      if (!some.length) continue;
      const box = group === "value" ? choose : el("optgroup", { label: t(name) });
      for (const layer of some) box.append(el("option", { value: layer.id }, own(layer.label)));
      if (box !== choose) choose.append(box);
    }
    choose.value = state.theme;
    const total = Object.values(data.templates || {}).filter((of) => of.members.length).length;
    const drawn = data.layers.filter((layer) => layer.group === "template").length;
    return [el("h2", {}, el("label", { for: "theme" }, t("map.theme"))), choose,
      drawn && drawn < total ? el("p", { class: "note" }, t("map.fewer_layers", { n: number(drawn), total: number(total) })) : null];
  }
  const swatch = (paint, dash, stroke) => drawing(28, 16, svg("rect", { x: 1, y: 1, width: 26, height: 14, fill: paint, stroke: stroke || "#8a94a0", "stroke-width": stroke ? 2.5 : 1, "stroke-dasharray": dash || "" }));
  function legend() {
    const parts = [], layer = current();
    if (layer) {
      const keys = [], shown = layer.v.filter((value) => value !== null);
      layer.colours.forEach((colour, k) => {
        const from = k ? layer.breaks[k - 1] : null, to = k < layer.breaks.length ? layer.breaks[k] : null;
        let text;
        if (from === null && to === null) text = shown.length ? number(Math.min(...shown)) : t("map.no_values");
        else if (from === null) text = t("map.below", { value: number(to) });
        else if (to === null) {
          const top = number(Math.max(...shown));
          text = top === number(from) ? top : number(from) + " – " + top;
        }
        else text = number(from) + " – " + number(to);
        keys.push(swatch(colour), el("span", {}, text));
      });
      if (layer.v.includes(null)) keys.push(swatch(HIDDEN()), el("span", {}, t("map.hatched_hidden")));
      if (layer.imputed && Object.values(layer.imputed).some((share) => share >= 0.05)) keys.push(swatch(PARTLY("#a3cce3")), el("span", {}, t("map.hatched_imputed")));
      parts.push(el("div", { class: "note" }, own(layer.measure) + (own(layer.unit) ? " · " + own(layer.unit) : "")), el("div", { class: "keys" }, keys));
      if (layer.shrunk) parts.push(el("p", { class: "note" }, t("map.shrunk_note")));
      if (layer.smoothed) parts.push(el("p", { class: "note" }, t("map.smoothed_note")));
      if (layer.q) parts.push(el("p", { class: "note" }, t("map.q_note")));
      const members = layer.code && data.templates[layer.code] ? data.templates[layer.code].members : [];
      if (members.length) parts.push(el("details", {}, el("summary", {}, t("map.members") + " (" + members.length + ")"), el("p", { class: "note" }, members.map(own).join("; "))));
    } else if (data.clusters.length) {
      parts.push(el("p", { class: "note" }, t("map.fill_note")));
    } else if (data.meta.overview) parts.push(el("p", { class: "note" }, t("map.no_clusters")));
    if (remote.length) parts.push(el("p", { class: "note" }, t("map.remote", { names: remote.map((i) => geo.names[i]).join(", ") })));
    return [el("h2", {}, t("map.legend")), ...parts];
  }
  function check(name, on, change, picture) {
    return el("label", { class: "check" }, el("input", { type: "checkbox", checked: on, on: { change: (event) => change(event.target.checked) } }), picture || null, el("span", {}, name));
  }
  function gradeChecks() {
    if (!data.clusters.length || !graded.signs.length) return [];
    const there = graded.signs.filter((s) => graded.counts[s.code]);
    const shown = t("map.first_note", { n: number(visible.length), total: number(data.clusters.length) });
    const more = chosen > graded.most ? el("button", { id: "all_clusters", class: "no-print", on: { click: () => { state.all = !state.all; refresh(); } } },
      state.all ? t("map.show_first", { n: number(graded.most) }) : t("map.show_all") + " (" + number(chosen) + ")") : null;
    return [el("fieldset", { style: { border: "0", padding: "0", margin: "0", "minWidth": "0" } },
      el("legend", { style: { padding: "0" } }, el("h2", {}, t("map.grades"))),
      graded.jobs_only ? el("p", { class: "note told" }, t("map.jobs_only")) : null,
      there.map((s) => {
        const row = check(gradeName(s.code) + " (" + number(graded.counts[s.code]) + ")", state.grades[s.code], (on) => { state.grades[s.code] = on; refresh(); }, chip(s.code));
        row.title = t("grade_says." + s.code);
        row.querySelector("input").id = "grade_" + s.code;
        return row;
      }),
      el("p", { class: "note" }, shown), more)];
  }
  function layerChecks() {
    const parts = [];
    if (data.clusters.length) parts.push(check(t("map.clusters"), state.clusters, (on) => { state.clusters = on; refresh(); }));
    if (data.links && data.links.items.length) parts.push(check(t("map.links") + " (" + t("map.links_shown", { n: number(data.links.items.length), total: number(data.links.total) }) + ")", state.links, (on) => { state.links = on; drawLinks(); }));
    const out = parts.length ? [el("div", { class: "no-print" }, el("h2", {}, t("map.layers")), parts)] : [];
    const counts = {};
    let unseen = 0;
    for (const place of data.places) {
      for (const record of place.items) {
        counts[record.verdict] = (counts[record.verdict] || 0) + 1;
        if (!place.point || !drawn(place, record)) unseen += 1;
      }
    }
    const there = data.signs.filter((s) => counts[s.code]);
    if (there.length) out.push(el("fieldset", { style: { border: "0", padding: "0", margin: "0" } },
      el("legend", { style: { padding: "0" } }, el("h2", {}, t("map.verdicts"))),
      there.map((s) => { const row = check(verdictName(s.code) + " (" + counts[s.code] + ")", state.verdicts[s.code], (on) => { state.verdicts[s.code] = on; drawPlaces(); drawCard(); }, sign(s.shape, s.colour, 16)); row.title = t("verdict_says." + s.code); return row; }),
      unseen ? el("p", { class: "note" }, t("map.unseen", { n: number(unseen) })) : null));
    return out;
  }
  function lists() {
    const out = [];
    if (data.clusters.length) out.push(el("details", { class: "no-print" }, el("summary", {}, t("map.list_clusters") + " (" + t("map.of_total", { n: number(visible.length), total: number(data.clusters.length) }) + ")"), list(visible.map(clusterRow))));
    const records = [];
    data.places.forEach((place, p) => place.items.forEach((record) => records.push({ place, p, record })));
    if (records.length) {
      const order = data.signs.map((s) => s.code);
      records.sort((a, b) => order.indexOf(a.record.verdict) - order.indexOf(b.record.verdict));
      out.push(el("details", { class: "no-print" }, el("summary", {}, t("map.list_verdicts") + " (" + records.length + ")"), list(records.map(({ place, p, record }) => {
        const s = signFor(record.verdict);
        return el("button", { on: { click: () => select({ kind: "place", p }, true) } }, sign(s.shape, s.colour, 13), " ", place.name + ": " + own(record.label), el("small", {}, verdictName(record.verdict)));
      }))));
    }
    return out;
  }
  function foot() {
    const m = data.meta, rows = [];
    const line = (key, value) => { if (value) rows.push(el("p", {}, t(key) + ": " + value)); };
    if (m.kind === "occupation") rows.push(el("p", {}, t("map.occupations_note")));
    line("map.vintage", m.year);
    line("map.unit", own(m.unit));
    line("map.base", own(m.base));
    line("map.source", own(m.source));
    line("map.licence", own(m.licence));
    line("map.geometry", own(m.geometry));
    if (data.clusters.length || data.places.length) rows.push(el("p", {}, el("strong", {}, t("map.cannot")), ": ", t("map.cannot_text")));
    rows.push(el("p", { class: "no-print" }, t("map.keyboard")), el("p", {}, t("map.made_with", { version: m.version }) + ". " + t("map.attribution") + "."));
    return el("div", { class: "foot" }, rows);
  }
  function drawHeader() {
    const m = data.meta;
    const counts = Object.keys(graded.counts).map((code) => code + " " + number(graded.counts[code])).join(" · ");
    const subtitle = [own(m.subtitle), counts ? t("map.clusters") + ": " + counts : "", m.simulated ? t("map.simulated_note") : ""].filter(Boolean).join(" · ");
    header.replaceChildren(
      el("div", { class: "words" }, el("h1", {}, own(m.title)), el("p", { class: "sub", title: subtitle }, subtitle)),
      ...(m.simulated ? [el("span", { class: "mark" }, t("map.simulated"))] : []),
      ...(m.confidential ? [el("span", { class: "mark" }, t("map.confidential"))] : []),
      el("div", { class: "no-print", role: "group", "aria-label": t("map.language") }, ["de", "en"].map((code) => el("button", { lang: code, "data-language": code, "aria-pressed": code === state.language ? "true" : "false", on: { click: () => { state.language = code; refresh(); header.querySelector("[data-language=" + code + "]").focus(); } } }, t("language." + code)))),
      el("button", { on: { click: () => { moved = true; fit(everything); } } }, t("map.reset")),
      el("button", { on: { click: printed } }, t("map.print")));
    document.documentElement.lang = state.language;
    document.title = own(m.title) + (m.simulated ? " (" + t("map.simulated") + ")" : "") + (m.confidential ? " (" + t("map.confidential") + ")" : "");
    skip.textContent = t("map.skip");
    panel.setAttribute("aria-label", t("map.panel"));
    if (water) water.replaceChildren(el("span", {}, t(m.confidential ? "map.confidential" : "map.simulated")));
    map.getContainer().setAttribute("aria-label", own(m.title));
    map.getContainer().setAttribute("role", "region");
  }
  let zoom = null;
  choose();
  function refresh() {
    const top = panel.scrollTop, open = [...panel.querySelectorAll("details")].map((d) => d.open);
    const held = document.activeElement && panel.contains(document.activeElement) ? document.activeElement.id : "";
    choose();
    drawHeader();
    panel.replaceChildren(
      el("div", { class: "no-print" }, searchBox()), el("div", { class: "no-print" }, themeSelect()),
      el("div", { class: "only-print" }, el("strong", {}, current() ? own(current().label) : data.meta.overview ? t("map.overview") : "")),
      ...gradeChecks(), ...layerChecks(), ...legend(), ...lists(), foot());
    panel.querySelectorAll("details").forEach((d, k) => { d.open = Boolean(open[k]); });
    panel.scrollTop = top;
    if (held) { const again = document.getElementById(held); if (again) again.focus(); }
    const layer = current();
    regions.forEach((region, i) => { if (region) region.setStyle({ fillColor: fill(layer, i), fillOpacity: 1, color: "#ffffff", weight: 0.6, opacity: 1, ...(layer ? {} : { color: "#c3c8cc" }) }); });
    if (zoom) zoom.remove();
    zoom = L.control.zoom({ position: "bottomright", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
    drawClusters(); drawPlaces(); drawLinks(); drawCard();
  }
  // the first view follows the size of the window, until the reader has moved the map
  let moved = false, fitting = false;
  const fit = (bounds) => { fitting = true; map.fitBounds(bounds || core, { animate: false }); fitting = false; };
  const home = () => { map.invalidateSize({ animate: false }); fit(); };
  map.on("zoomstart dragstart", () => { if (!fitting) moved = true; });
  map.on("resize", () => { if (!moved && !fitting) { map.setMinZoom(0); fit(); map.setMinZoom(Math.min(map.getZoom(), map.getBoundsZoom(everything)) - 1); } });
  function before() { document.body.classList.add("printing"); home(); }
  function after() { document.body.classList.remove("printing"); home(); }
  function printed() { before(); window.print(); }
  window.addEventListener("beforeprint", () => { if (!document.body.classList.contains("printing")) before(); });
  window.addEventListener("afterprint", after);

  document.body.prepend(skip, header, panel);
  document.body.append(card);
  if (water) document.body.append(water);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && state.card) select(null); });
  home();
  const homeZoom = map.getZoom();
  map.setMinZoom(Math.min(homeZoom, map.getBoundsZoom(everything)) - 1);
  map.setMaxBounds(everything.pad(0.5));
  refresh();
  window.clusterid = { map, state, data };
}
