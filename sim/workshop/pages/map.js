// A schematic map: places as circles laid out as on a map, flows as arcs, a month at a time. No borders, no outside data.
"use strict";

const MAP_PLACES = {
  RUS: {x: 260, y: 165, dx: 0, dy: -104}, KAZ: {x: 610, y: 205, dx: 0, dy: -78}, OTH: {x: 95, y: 400, dx: 10, dy: -66},
  UZB: {x: 335, y: 420, dx: -20, dy: 58}, KGZ: {x: 745, y: 385, dx: -20, dy: 58}, TJK: {x: 560, y: 510, dx: 0, dy: 58},
};
const MAP_OUT = "#0072B2", MAP_BACK = "#D55E00", MAP_INK = "#22303c", MAP_HOME = "#8a97a3";
const MAP_TICK = 380; // milliseconds a month lasts when playing

function mapElement(name, attributes, parent) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (parent) parent.appendChild(made);
  return made;
}

function mapArc(from, to, bend) {
  const x = (from.x + to.x) / 2 + (to.y - from.y) * bend, y = (from.y + to.y) / 2 - (to.x - from.x) * bend;
  return `M${from.x},${from.y} Q${x},${y} ${to.x},${to.y}`;
}

function mapPanel(holder, world, texts, most) {
  const panel = document.createElement("figure");
  const title = document.createElement("figcaption");
  title.textContent = world.name;
  panel.appendChild(title);
  const svg = mapElement("svg", {viewBox: "0 0 880 620", role: "img", "aria-label": world.name});
  panel.appendChild(svg);
  holder.appendChild(panel);
  const arcs = world.flows.corridors.map((corridor) => {
    const from = MAP_PLACES[corridor.from], to = MAP_PLACES[corridor.to];
    const look = {fill: "none", "stroke-linecap": "round", opacity: 0.55};
    return {
      corridor,
      out: mapElement("path", {...look, d: mapArc(from, to, 0.16), stroke: MAP_OUT}, svg),
      back: mapElement("path", {...look, d: mapArc(to, from, 0.16), stroke: MAP_BACK}, svg),
    };
  });
  const circles = Object.entries(MAP_PLACES).map(([code, place]) => {
    const home = world.flows.homes.find((one) => one.place === code);
    const circle = mapElement("circle", {cx: place.x, cy: place.y, r: 10, fill: home ? MAP_HOME : MAP_OUT,
      stroke: "#fff", "stroke-width": 2}, svg);
    const label = mapElement("text", {x: place.x + place.dx, y: place.y + place.dy, "text-anchor": "middle",
      "font-size": 35, "font-weight": 650, fill: MAP_INK}, svg);
    label.textContent = texts.places[code];
    const told = mapElement("text", {x: place.x + place.dx, y: place.y + place.dy + 34, "text-anchor": "middle",
      "font-size": 30, fill: MAP_INK}, svg);
    for (const one of [label, told]) Object.entries({stroke: "#f5f7f9", "stroke-width": 5, "paint-order": "stroke"})
      .forEach(([key, value]) => one.setAttribute(key, value));
    return {code, circle, told, home};
  });
  const number = new Intl.NumberFormat(texts.locale, {maximumFractionDigits: 0});
  return (month) => {
    for (const {corridor, out, back} of arcs) {
      out.setAttribute("stroke-width", 26 * Math.sqrt(corridor.out[month] / most.flow));
      back.setAttribute("stroke-width", 26 * Math.sqrt(corridor.back[month] / most.flow));
    }
    for (const {code, circle, told, home} of circles) {
      const there = world.flows.corridors.filter((one) => one.to === code)
        .reduce((sum, one) => sum + one.stock[month], 0);
      const value = home ? home.banned[month] : there;
      circle.setAttribute("r", home ? 8 + 18 * Math.sqrt(value / most.home) : 4 + 54 * Math.sqrt(value / most.stock));
      const words = home ? texts.banned : texts.there;
      told.textContent = words.replace("#", number.format(value));
    }
  };
}

function drawMap(root, data) {
  root.textContent = "";
  const controls = document.createElement("div");
  controls.className = "map-controls";
  const play = document.createElement("button"), scrub = document.createElement("input");
  const told = document.createElement("output");
  play.type = "button";
  Object.assign(scrub, {type: "range", min: 0, max: data.months.length - 1, value: 0, step: 1});
  scrub.setAttribute("aria-label", data.texts.month);
  told.setAttribute("aria-live", "off");
  controls.append(play, scrub, told);
  const panels = document.createElement("div");
  panels.className = "map-panels";
  const key = document.createElement("p");
  key.className = "map-key";
  for (const [colour, words] of [[MAP_OUT, data.texts.out], [MAP_BACK, data.texts.back]]) {
    const swatch = document.createElement("span");
    swatch.style.background = colour;
    key.append(swatch, document.createTextNode(words));
  }
  root.append(controls, panels, key);
  const all = data.worlds.flatMap((world) => world.flows.corridors);
  const totals = {};
  for (const world of data.worlds) for (const one of world.flows.corridors) for (const [month, value] of one.stock.entries()) {
    const place = `${world.name} ${one.to} ${month}`;
    totals[place] = (totals[place] || 0) + value;
  }
  const most = {flow: Math.max(1, ...all.flatMap((one) => [...one.out, ...one.back])),
    stock: Math.max(1, ...Object.values(totals)),
    home: Math.max(1, ...data.worlds.flatMap((world) => world.flows.homes.flatMap((one) => one.banned)))};
  const show = data.worlds.map((world) => mapPanel(panels, world, data.texts, most));
  let timer = null;
  const go = () => {
    for (const one of show) one(Number(scrub.value));
    told.textContent = data.months[Number(scrub.value)];
  };
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "▶ " + data.texts.play; };
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(scrub.value) === data.months.length - 1) scrub.value = 0;
    play.textContent = "❚❚ " + data.texts.pause;
    timer = setInterval(() => {
      if (!root.isConnected || Number(scrub.value) >= data.months.length - 1) return stop();
      scrub.value = Number(scrub.value) + 1;
      go();
    }, MAP_TICK);
  });
  scrub.addEventListener("input", go);
  stop();
  go();
}
