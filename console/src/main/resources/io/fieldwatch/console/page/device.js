// One device: its latest values and how one of them went.

import uPlot from "/assets/uplot/uPlot.esm.js";
import {
  age, both, clockTime, dayText, el, isFraction, minuteTime, setText, shownNumber, shownUnit, shownValue, zone,
} from "./text.js";

const OPTIONS_MAX = 50;
const RELOAD_MILLIS = 10_000;
const STATES = {
  ok: { vi: "Bình thường", en: "Normal" },
  alert: { vi: "Có cảnh báo", en: "In alert" },
  silent: { vi: "Mất tín hiệu", en: "No data" },
};
const LINE = "#2b3137";
const LIMIT = "#7a1020";

const byId = (id) => document.getElementById(id);

export class DevicePanel {
  #store;
  #feed;
  #select;
  #device = null;
  #alert = null;
  #state = "";
  #chart = null;
  #asked = null;
  #loadedAt = -Infinity;
  #property = byId("chart-property");
  #find = byId("device-find");
  #cells = new Map();
  #found = new Map();

  constructor(store, feed, select) {
    this.#store = store;
    this.#feed = feed;
    this.#select = select;
    this.#property.addEventListener("change", () => this.#load());
    byId("chart-span").addEventListener("change", () => this.#load());
    this.#find.addEventListener("input", () => this.#search());
    new ResizeObserver(() => this.#resize()).observe(byId("chart"));
  }

  get device() {
    return this.#device;
  }

  show(device) {
    const same = this.#device?.id === device.id;
    this.#device = device;
    this.#state = "";
    this.#drawName();
    this.#drawValues();
    if (!same) {
      this.#fillProperties();
      this.#load();
    }
  }

  /** The device list was loaded anew: the same device is another object now. */
  refresh() {
    const device = this.#device && this.#store.devices.get(this.#device.id);
    if (device) {
      this.show(device);
    }
  }

  changed(device) {
    if (device === this.#device) {
      this.#drawValues();
    }
  }

  update(worst, silent) {
    if (!this.#device) {
      return;
    }
    const alert = worst.get(this.#device.id) ?? null;
    const state = alert ? "alert" : silent.has(this.#device.id) ? "silent" : "ok";
    const limitChanged = alert?.id !== this.#alert?.id;
    this.#alert = alert;
    if (state !== this.#state) {
      this.#state = state;
      this.#drawName();
    }
    if (limitChanged) {
      if (alert?.property && [...this.#property.options].some((option) => option.value === alert.property)) {
        this.#property.value = alert.property;
      }
      this.#load();
    }
  }

  tick() {
    const now = this.#feed.now();
    for (const cell of this.#cells.values()) {
      setText(cell.age, cell.time ? age(now - Date.parse(cell.time)) : "");
    }
    if (performance.now() - this.#loadedAt > RELOAD_MILLIS) {
      this.#load();
    }
  }

  #drawName() {
    const device = this.#device;
    const kind = this.#store.kinds.get(device.kind);
    const facts = el("span", "facts", both(kind.label), ` · ${device.area ?? "–"} · `, el("code", "", device.externalId));
    const state = STATES[this.#state];
    byId("device-name").replaceChildren(
      el("b", "", device.name ?? device.externalId),
      state ? both(state, `device-state ${this.#state}`) : "",
      facts,
    );
  }

  #drawValues() {
    const kind = this.#store.kinds.get(this.#device.kind);
    const present = kind.properties.filter((property) => this.#device.last.has(property.name));
    const key = `${this.#device.id} ${present.map((property) => property.name).join(" ")}`;
    if (byId("device-values").dataset.key !== key) {
      byId("device-values").dataset.key = key;
      this.#cells = new Map(present.map((property) => [property.name, row(property)]));
      byId("device-values").replaceChildren(...[...this.#cells.values()].map((cell) => cell.element));
    }
    for (const property of present) {
      const last = this.#device.last.get(property.name);
      const cell = this.#cells.get(property.name);
      setText(cell.value, shownValue(last.value, property));
      cell.time = last.time;
      cell.element.classList.toggle("suspect", this.#device.suspect);
    }
  }

  #fillProperties() {
    const kind = this.#store.kinds.get(this.#device.kind);
    const options = kind.properties.filter((property) => property.type !== "code").map((property) => {
      const option = el("option", "", `${property.label.vi} / ${property.label.en}`);
      option.value = property.name;
      return option;
    });
    this.#property.replaceChildren(...options);
    const alert = [...this.#store.alerts.values()].find((each) => each.device.number === this.#device.id);
    if (alert?.property) {
      this.#property.value = alert.property;
    }
    if (this.#property.selectedIndex < 0) {
      this.#property.selectedIndex = 0;
    }
  }

  #search() {
    const text = this.#find.value.trim().toLocaleLowerCase("vi");
    const chosen = this.#found.get(this.#find.value);
    if (chosen !== undefined) {
      this.#find.value = "";
      this.#select(chosen);
      return;
    }
    this.#found = new Map();
    for (const device of this.#store.devices.values()) {
      const shown = `${device.name ?? device.externalId} · ${device.area ?? ""} · ${device.kind}/${device.externalId}`;
      if (text && shown.toLocaleLowerCase("vi").includes(text)) {
        this.#found.set(shown, device.id);
      }
      if (this.#found.size >= OPTIONS_MAX) {
        break;
      }
    }
    byId("device-options").replaceChildren(...[...this.#found.keys()].map((shown) => {
      const option = el("option", "");
      option.value = shown;
      return option;
    }));
  }

  async #load() {
    if (!this.#device || this.#property.selectedIndex < 0) {
      return;
    }
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.#loadedAt = performance.now();
    const span = Number(byId("chart-span").querySelector(":checked").value);
    const to = Math.ceil(this.#feed.now());
    const query = new URLSearchParams({
      device: this.#device.externalId,
      kind: this.#device.kind,
      property: this.#property.value,
      from: String(to - span),
      to: String(to),
    });
    try {
      const response = await fetch(`/api/v1/observations?${query}`, { signal: asked.signal });
      if (asked.signal.aborted) {
        return;
      }
      if (response.ok) {
        this.#draw(await response.json(), to - span, to);
      } else {
        this.#explain(response.status === 503
          ? { vi: "Cơ sở dữ liệu không trả lời; dữ liệu trực tiếp vẫn tiếp tục.", en: "The database does not answer; live data goes on." }
          : { vi: "Không lấy được dữ liệu.", en: (await response.json()).detail });
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        this.#explain({ vi: "Mất kết nối với máy chủ.", en: "The server cannot be reached." });
      }
    }
  }

  #explain(label) {
    this.#chart?.destroy();
    this.#chart = null;
    byId("chart-note").replaceChildren(both(label));
    byId("chart-note").hidden = false;
  }

  #draw(series, from, to) {
    if (series.times.length === 0) {
      this.#explain({ vi: "Không có dữ liệu trong khoảng này.", en: "No data in this time span." });
      return;
    }
    byId("chart-note").hidden = true;
    const kind = this.#store.kinds.get(series.kind);
    const property = kind.byName.get(series.property);
    const factor = isFraction(property.unit, property.max) ? 100 : 1;
    const data = withGaps(series, 3 * Math.max(series.everyMillis, kind.expectedIntervalMillis), factor);
    const limit = this.#alert?.property === series.property && this.#alert.limit !== null ? this.#alert.limit * factor : null;
    data.push(data[0].map(() => limit));
    byId("chart").setAttribute("aria-label", `${property.label.vi} / ${property.label.en}`);
    this.#chart?.destroy();
    this.#chart = new uPlot(this.#options(property, from / 1000, to / 1000, to - from), data, byId("chart"));
    const last = series.values.at(-1);
    this.#read(property, series.times.at(-1), last === null ? null : last * factor);
  }

  #options(property, from, to, span) {
    const unit = shownUnit(property.unit, property.max);
    const long = span > 4 * 3600_000;
    const axis = { stroke: LINE, font: '13px "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif' };
    return {
      ...this.#size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone()),
      legend: { show: false },
      cursor: { y: false, points: { size: 8 } },
      scales: { x: { time: true, range: [from, to] }, y: { range: yRange } },
      series: [
        {},
        { stroke: LINE, width: 2, points: { show: false } },
        { stroke: LIMIT, width: 2, dash: [8, 5], points: { show: false } },
      ],
      axes: [
        {
          ...axis,
          grid: { stroke: "#c6cacd", width: 1 },
          values: (plot, ticks) => ticks.map((tick) => (long && minuteTime(tick * 1000) === "00:00" ? dayText : minuteTime)(tick * 1000)),
        },
        {
          ...axis,
          size: 72,
          label: unit,
          labelFont: axis.font,
          labelSize: unit ? 20 : 0,
          grid: { stroke: "#c6cacd", width: 1 },
          values: (plot, ticks) => ticks.map((tick) => shownNumber(tick, "", null)),
        },
      ],
      hooks: {
        setCursor: [(plot) => {
          const at = plot.cursor.idx;
          if (at !== null && at !== undefined && plot.data[1][at] !== null) {
            this.#read(property, plot.data[0][at] * 1000, plot.data[1][at]);
          }
        }],
      },
    };
  }

  #read(property, millis, value) {
    const shown = value === null ? "–" : shownNumber(value, "", null);
    byId("chart-readout").replaceChildren(
      el("b", "", shown), ` ${shownUnit(property.unit, property.max)} · ${clockTime(millis)}`);
  }

  #size() {
    const box = byId("chart").getBoundingClientRect();
    return { width: Math.max(200, Math.floor(box.width)), height: Math.max(120, Math.floor(box.height)) };
  }

  #resize() {
    this.#chart?.setSize(this.#size());
  }
}

function row(property) {
  const cell = { value: el("td", "value"), age: el("td", "age"), time: null };
  const name = el("th", "", both(property.label));
  name.scope = "row";
  cell.element = el("tr", "", name, cell.value, el("td", "unit", shownUnit(property.unit, property.max)), cell.age);
  return cell;
}

/** A line is not drawn over a time in which the device said nothing. */
function withGaps(series, gapMillis, factor) {
  const times = [];
  const values = [];
  let before = null;
  series.times.forEach((time, i) => {
    if (before !== null && time - before > gapMillis) {
      times.push((before + 1) / 1000);
      values.push(null);
    }
    times.push(time / 1000);
    values.push(series.values[i] === null ? null : series.values[i] * factor);
    before = time;
  });
  return [times, values];
}

function yRange(plot, min, max) {
  if (min === null || max === null) {
    return [0, 1];
  }
  const pad = Math.max((max - min) * 0.12, Math.abs(max) * 0.02, 0.01);
  return [min >= 0 && min - pad < 0 ? 0 : min - pad, max + pad];
}
