// The list of open alerts: unacknowledged first. While someone points at it or works in it, no row moves.

import { compare, look, shape, unacknowledged } from "./shapes.js";
import { age, both, clockTime, el, setText, shownNumber, shownUnit, shownValue } from "./text.js";

const ROWS_MAX = 200;
const FREEZE_MILLIS = 30_000;

export class AlertList {
  #store;
  #feed;
  #actions;
  #list = document.getElementById("alert-list");
  #more = document.getElementById("new-alerts");
  #note = document.getElementById("alert-note");
  #operator = document.getElementById("operator");
  #rows = new Map();
  #closed = new Map();
  #pointed = false;
  #touchedAt = -Infinity;
  #marked = null;

  /** actions: select(alert), changed(alert) after an acknowledgement. */
  constructor(store, feed, actions) {
    this.#store = store;
    this.#feed = feed;
    this.#actions = actions;
    this.#operator.value = localStorage.getItem("operator") ?? "";
    this.#operator.addEventListener("change", () => localStorage.setItem("operator", this.#operator.value.trim()));
    for (const name of ["pointerenter", "pointermove", "focusin", "keydown", "wheel"]) {
      this.#list.addEventListener(name, () => this.#touch(), { passive: true });
    }
    this.#list.addEventListener("pointerleave", () => this.#leave());
    this.#list.addEventListener("focusout", (event) => {
      if (!this.#list.contains(event.relatedTarget)) {
        this.#leave();
      }
    });
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.#more.addEventListener("click", () => {
      this.#leave();
      this.#list.scrollTop = 0;
    });
  }

  /** An alert that is over: if its row may not go yet, it says so. */
  closed(alert) {
    if (this.#rows.has(alert.id)) {
      this.#closed.set(alert.id, alert);
    }
  }

  mark(device) {
    this.#marked = device;
    for (const row of this.#rows.values()) {
      row.element.classList.toggle("marked", row.alert.device.number === device);
    }
  }

  update() {
    const sorted = [...this.#store.alerts.values()].sort(compare);
    document.getElementById("alert-none").hidden = sorted.length > 0 || this.#closed.size > 0;
    for (const alert of [...sorted, ...this.#closed.values()]) {
      const row = this.#rows.get(alert.id);
      if (row && row.alert.version !== alert.version) {
        this.#fill(row, alert);
      }
    }
    if (this.#frozen()) {
      const waiting = sorted.slice(0, ROWS_MAX).filter((alert) => !this.#rows.has(alert.id)).length;
      this.#offer(waiting);
    } else {
      this.#offer(0);
      this.#arrange(sorted.slice(0, ROWS_MAX));
    }
  }

  tick() {
    const now = this.#feed.now();
    for (const row of this.#rows.values()) {
      setText(row.age, age(now - Date.parse(row.alert.raisedAt)));
    }
  }

  #frozen() {
    return this.#pointed && performance.now() - this.#touchedAt < FREEZE_MILLIS;
  }

  #touch() {
    this.#pointed = true;
    this.#touchedAt = performance.now();
  }

  #leave() {
    this.#pointed = false;
    this.#store.dirty = true;
  }

  #offer(count) {
    this.#more.hidden = count === 0;
    if (count > 0 && this.#more.dataset.count !== String(count)) {
      this.#more.dataset.count = String(count);
      this.#more.replaceChildren(both({ vi: `▲ ${count} cảnh báo mới`, en: "new alerts" }));
    }
  }

  #arrange(alerts) {
    this.#closed.clear();
    const wanted = new Set(alerts.map((alert) => alert.id));
    for (const [id, row] of this.#rows) {
      if (!wanted.has(id)) {
        row.element.remove();
        this.#rows.delete(id);
      }
    }
    let next = this.#list.firstElementChild;
    for (const alert of alerts) {
      const row = this.#rows.get(alert.id) ?? this.#add(alert);
      if (row.element === next) {
        next = next.nextElementSibling;
      } else {
        this.#list.insertBefore(row.element, next);
      }
    }
  }

  #add(alert) {
    const row = { element: el("li", "alert"), age: el("span", "age"), alert };
    this.#rows.set(alert.id, row);
    this.#fill(row, alert);
    return row;
  }

  #fill(row, alert) {
    const hadFocus = row.element.contains(document.activeElement);
    row.alert = alert;
    const waiting = unacknowledged(alert);
    const marked = alert.device.number === this.#marked ? " marked" : "";
    row.element.className = `alert ${alert.priority} ${waiting ? "waiting" : "seen"}${alert.open ? "" : " over"}${marked}`;
    row.element.dataset.id = alert.id;
    const pick = this.#pick(alert);
    const raised = Date.parse(alert.raisedAt);
    setText(row.age, age(this.#feed.now() - raised));
    const time = el("div", "when", el("time", "", clockTime(raised)), row.age);
    row.element.replaceChildren(shape(alert.priority, look(alert)), pick, this.#measured(alert), time, this.#state(alert));
    if (hadFocus) {
      pick.focus();
    }
  }

  #pick(alert) {
    const device = alert.device;
    const english = el("span", "en", alert.message.en);
    english.lang = "en";
    const place = el("span", "place", el("b", "", device.name ?? device.externalId));
    place.append(device.area ? ` · ${device.area}` : "");
    const pick = el("button", "pick", el("span", "vi", alert.message.vi), english, place);
    pick.type = "button";
    pick.addEventListener("click", () => this.#actions.select(alert));
    const hint = el("span", "hidden", `${alert.priority} ${alert.priorityLabel.vi}, ${alert.stateLabel.vi}. `);
    pick.prepend(hint);
    return pick;
  }

  #measured(alert) {
    if (alert.value === null) {
      return el("div", "measured", el("span", "limit", limitText(alert, null)));
    }
    const property = this.#store.kinds.get(alert.device.kind)?.byName.get(alert.property);
    if (property?.codes) { // a state by name; its number and the rule's would say nothing
      return el("div", "measured", el("span", "value", property.codes[alert.value] ?? ""));
    }
    if (property?.type === "boolean") {
      return el("div", "measured", el("span", "value", shownValue(alert.value !== 0, property)));
    }
    const unit = shownUnit(alert.unit, property?.max);
    const value = el("span", "value", shownNumber(alert.value, alert.unit, property?.max));
    value.append(el("small", "", ` ${unit}`));
    return el("div", "measured", value, el("span", "limit", limitText(alert, property)));
  }

  #state(alert) {
    const cell = el("div", "state");
    if (unacknowledged(alert)) {
      if (alert.state === "CLEARED_UNACKNOWLEDGED") {
        cell.append(el("span", "state-text", "Đã trở lại bình thường"));
      }
      const button = el("button", "acknowledge", both({ vi: "Xác nhận", en: "Acknowledge" }));
      button.type = "button";
      button.addEventListener("click", () => this.#acknowledge(alert, button));
      cell.append(button);
    } else {
      cell.append(both(alert.stateLabel, "state-text"));
      if (alert.acknowledgedAt) {
        const who = alert.acknowledgedBy ? `${alert.acknowledgedBy} · ` : "";
        cell.append(el("span", "by", who + clockTime(Date.parse(alert.acknowledgedAt))));
      }
    }
    return cell;
  }

  async #acknowledge(alert, button) {
    button.disabled = true;
    this.#note.hidden = true;
    try {
      const body = { version: alert.version };
      if (this.#operator.value.trim()) {
        body.user = this.#operator.value.trim();
      }
      const response = await fetch(`/api/v1/alerts/${encodeURIComponent(alert.id)}/acknowledge`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (!response.ok) {
        throw new Error(answer.detail);
      }
      this.#actions.changed(answer);
    } catch (error) {
      button.disabled = false;
      this.#note.replaceChildren(both({ vi: "Chưa xác nhận được.", en: `Not acknowledged: ${error.message}` }));
      this.#note.hidden = false;
    }
  }

  /** Up, down and "a" to acknowledge, while the focus is in the list. */
  #key(event) {
    const row = document.activeElement?.closest?.("li.alert");
    if (!row || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      next?.querySelector(".pick")?.focus();
      event.preventDefault();
    } else if (event.key === "a") {
      row.querySelector(".acknowledge")?.click();
    }
  }
}

function limitText(alert, property) {
  if (alert.limit === null) {
    return "";
  }
  return `ngưỡng ${shownNumber(alert.limit, alert.unit, property?.max)} ${shownUnit(alert.unit, property?.max)}`;
}
