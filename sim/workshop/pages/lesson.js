// A lesson in one file: steps, controls, pictures. All figures and sentences were made beforehand; this only shows them.
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);
const STEPS = ["story", "guess", "answer", "try", "finding"];
const MOST_FEW_RUNS = 10; // with fewer runs the band holds all of them
const state = {
  language: navigator.language && navigator.language.startsWith("ru") ? "ru" : "en", step: "story", guess: null,
  key: DATA.start, picture: DATA.pictures[0], projector: false,
};
const byId = (id) => document.getElementById(id);
const told = () => DATA.languages[state.language];
const text = (key) => told().text[key];
const number = (value) => new Intl.NumberFormat(state.language, {maximumFractionDigits: 0}).format(value).replace("-", "−");
const filled = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value); else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function rows(columns) {
  const names = Object.keys(columns);
  return names.length ? columns[names[0]].map((_, index) => Object.fromEntries(names.map((name) => [name, columns[name][index]]))) : [];
}

function chart(spec, values) {
  const holder = element("div", {class: "chart"});
  const size = state.projector ? 22 : 15, config = structuredClone(spec.config);
  config.text.fontSize = size;
  for (const part of ["axis", "legend", "header"]) {
    for (const key of ["titleFontSize", "labelFontSize"]) if (config[part][key]) config[part][key] = size;
  }
  const whole = {...structuredClone(spec), config, ...(values ? {data: {values}} : {})};
  requestAnimationFrame(() => vegaEmbed(holder, whole, {actions: false, renderer: "svg"}));
  return holder;
}

function strip(withRuns) {
  const spec = structuredClone(told().strip), cell = DATA.cells[DATA.start];
  let [low, high] = [DATA.question.low, DATA.question.high];
  if (withRuns) { low = Math.min(low, ...cell.runs); high = Math.max(high, ...cell.runs); }
  const flag = (value, label) => [{value, label: `${label}: ${number(value)}`, right: value < (low + high) / 2}];
  const data = {};
  if (state.guess !== null) data.guess = flag(state.guess, text("strip.guess"));
  if (withRuns) {
    const {mean, from, to} = summary(cell.runs);
    data.band = [{from, to}];
    data.runs = cell.runs.map((value) => ({value}));
    data.mean = flag(mean, text("strip.model"));
    if (told().was !== null) data.was = flag(told().was, text("world.history"));
  }
  for (const layer of spec.layer) {
    layer.encoding.x.scale.domain = [low, high];
    layer.data = {values: data[layer.data.name] || []};
  }
  spec.layer = spec.layer.filter((layer) => layer.data.values.length);
  return chart(spec);
}

function summary(runs) {
  const ordered = [...runs].sort((a, b) => a - b), cut = ordered.length >= MOST_FEW_RUNS ? 1 : 0;
  const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length;
  return {mean, from: ordered[0], to: ordered[ordered.length - 1 - cut], held: ordered.length - cut, ordered};
}

function answered() {
  const {mean, from, to, held, ordered} = summary(DATA.cells[DATA.start].runs);
  const values = {mean: number(mean), low: number(from), high: number(to), held, runs: ordered.length, unit: text("guess_label")};
  let sentence = filled(text("sentence.answer"), values);
  if (state.guess !== null) {
    const inside = ordered[0] <= state.guess && state.guess <= ordered[ordered.length - 1];
    const key = inside ? "sentence.guess_inside" : "sentence.guess_outside";
    sentence += " " + filled(text(key), {apart: number(Math.abs(state.guess - mean))});
  }
  return sentence;
}

const SCREENS = {
  story: () => [element("div", {class: "two even"}, element("div", {class: "lead"}, text("story")),
    element("div", {}, element("h2", {}, text("story_title")), chart(told().story, rows(told().rows[storyPicture()]))))],
  guess: () => {
    const {low, high, step} = DATA.question;
    if (state.guess === null) state.guess = Math.round((low + high) / 2 / step) * step;
    const holder = element("div", {}, strip(false)), shown = element("output", {}, number(state.guess));
    const slider = element("input", {type: "range", min: low, max: high, step, value: state.guess, id: "guess",
      oninput: () => { state.guess = Number(slider.value); shown.textContent = number(state.guess); holder.replaceChildren(strip(false)); }});
    return [question(), element("label", {class: "wide"}, element("b", {}, text("guess_label"), " "), shown, slider), holder,
      element("p", {class: "small"}, text("guess.advice"))];
  },
  answer: () => {
    const picture = questionPicture(), cell = DATA.cells[DATA.start];
    const values = [...rows(told().rows[picture]), ...rows(cell.rows[picture])];
    const ratio = state.guess === null ? undefined : told().guesses[String(state.guess)];
    if (ratio !== undefined) {
      const within = (month) => DATA.about.window[0] <= month && month <= DATA.about.window[1];
      for (const row of rows(told().rows[picture])) {
        if (within(row.month)) values.push({...row, world: "guess", mid: row.mid * ratio, low: row.low * ratio, high: row.high * ratio});
      }
    }
    return [question(), strip(true), element("p", {class: "said"}, answered()), element("h2", {}, text("picture_title")),
      chart(told().answer, values)];
  },
  try: () => {
    const controls = element("div", {}, element("h2", {}, text("try.title"))), shown = element("div", {id: "shown"});
    const names = Object.keys(DATA.controls), positions = state.key.split("-").map(Number);
    names.forEach((name, place) => {
      const control = told().controls[name], output = element("output", {}, control.steps[positions[place]]);
      const slider = element("input", {type: "range", min: 0, max: control.steps.length - 1, step: 1, value: positions[place],
        "data-control": name, title: control.help, oninput: () => {
          positions[place] = Number(slider.value);
          output.textContent = control.steps[positions[place]];
          slider.setAttribute("aria-valuetext", output.textContent);
          state.key = positions.join("-");
          picture(shown);
        }});
      slider.setAttribute("aria-valuetext", output.textContent);
      controls.append(element("label", {}, element("b", {}, control.label), output, slider));
    });
    picture(shown);
    return [element("div", {class: "two"}, controls, shown)];
  },
  finding: () => {
    const cell = DATA.cells[state.key], link = element("a", {download: `${DATA.lesson}.yaml`,
      href: "data:application/yaml;charset=utf-8," + encodeURIComponent(cell.yaml)}, text("take.scenario"));
    return [element("div", {class: "two even"},
      element("div", {}, element("h2", {}, text("finding.title")), element("p", {class: "said"}, answered()),
        element("p", {class: "lead"}, text("finding"))),
      element("div", {}, element("h2", {}, text("finding.leaves_out")), element("p", {}, text("leaves_out")),
        element("p", {class: "small"}, text("trust.caveat")), element("h2", {}, text("finding.sources")),
        element("ul", {class: "small"}, ...told().sources.map((source) => element("li", {}, source))),
        element("h2", {}, text("take.title")), link,
        element("p", {class: "small"}, `${text("take.digest")}: ${cell.digest[0]} · labour-migration-sim ${DATA.about.version}`)))];
  },
};

const question = () => element("p", {class: "question"}, text("question"));
const questionPicture = () => DATA.about.question_picture;
const storyPicture = () => DATA.about.story_picture;

function picture(shown) {
  const cell = DATA.cells[state.key], names = told().pictures;
  const pills = element("div", {class: "pills", role: "group"}, ...Object.entries(names).map(([name, words]) =>
    element("button", {type: "button", "data-picture": name, "aria-pressed": String(name === state.picture),
      onclick: () => { state.picture = name; picture(shown); shown.querySelector(`[data-picture="${name}"]`).focus(); }}, words)));
  if (state.picture === "map") {
    const holder = element("div", {});
    drawMap(holder, {months: told().months, texts: told().map, worlds: [
      {name: text("world.history"), flows: DATA.map}, {name: text("world.yours"), flows: cell.map}]});
    shown.replaceChildren(pills, holder);
    return;
  }
  const values = [...rows(told().rows[state.picture]), ...rows(cell.rows[state.picture])];
  shown.replaceChildren(pills, element("p", {class: "said"}, cell.said[state.language][state.picture]),
    element("p", {class: "small"}, told().about[state.picture]), chart(told().specs[state.picture], values));
}

function show() {
  document.documentElement.lang = state.language;
  document.documentElement.classList.toggle("projector", state.projector);
  document.title = text("title");
  byId("title").textContent = text("title");
  byId("projector").setAttribute("aria-pressed", String(state.projector));
  byId("languages").replaceChildren(...Object.entries(DATA.languages).map(([code, language]) =>
    element("button", {type: "button", lang: code, "aria-pressed": String(code === state.language),
      onclick: () => { state.language = code; show(); }}, language.name)), " ");
  byId("steps").replaceChildren(...STEPS.map((step, index) =>
    element("button", {type: "button", "data-step": step, ...(step === state.step ? {"aria-current": "step"} : {}),
      onclick: () => go(step)}, `${index + 1}  ${told().steps[step]}`)));
  const next = STEPS[STEPS.indexOf(state.step) + 1];
  const button = next ? [element("button", {type: "button", class: "next", onclick: () => go(next)},
    filled(text("button.next"), {step: told().steps[next]}))] : [];
  byId("main").replaceChildren(...SCREENS[state.step](), ...button);
}

function go(step) {
  state.step = step;
  show();
  byId("main").focus();
}

byId("projector").addEventListener("click", () => { state.projector = !state.projector; show(); });
show();
