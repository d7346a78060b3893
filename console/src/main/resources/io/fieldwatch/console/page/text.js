// Building elements and writing texts. Data only ever becomes text nodes or properties, never markup.

const formats = { zone: "Asia/Ho_Chi_Minh" };
const number = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 2 });
const coarse = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 1 });

export function setZone(zone) {
  formats.zone = zone;
  const make = (options) => new Intl.DateTimeFormat("vi-VN", { timeZone: zone, ...options });
  formats.time = make({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  formats.minute = make({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  formats.day = make({ day: "2-digit", month: "2-digit" });
  formats.date = make({ weekday: "long", day: "2-digit", month: "2-digit", year: "numeric" });
}
setZone(formats.zone);

export const zone = () => formats.zone;
export const clockTime = (millis) => formats.time.format(millis);
export const minuteTime = (millis) => formats.minute.format(millis);
export const dayText = (millis) => formats.day.format(millis);
export const dateText = (millis) => formats.date.format(millis);

/** el("span", "css classes", "text", child, …): texts and elements in their order. */
export function el(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Vietnamese, and English after it in its own element. */
export function both(label, className) {
  const english = el("span", "", label.en);
  english.lang = "en";
  return el("span", className ?? "both", label.vi + " ", english);
}

export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** A fraction such as relative humidity is shown in per cent; every other unit as it is. */
export function isFraction(unit, max) {
  return unit === "1" && max !== null && max !== undefined && max <= 1;
}

export function shownUnit(unit, max) {
  if (isFraction(unit, max)) {
    return "%";
  }
  return unit === "1" ? "" : unit;
}

export function shownNumber(value, unit, max) {
  const shown = isFraction(unit, max) ? value * 100 : value;
  return (Math.abs(shown) >= 1000 ? coarse : number).format(shown);
}

/** A value of any type for people. */
export function shownValue(value, property) {
  if (value === null || value === undefined) {
    return "–";
  }
  if (typeof value === "boolean") {
    return value ? "có / yes" : "không / no";
  }
  if (typeof value === "string") {
    return value;
  }
  return shownNumber(value, property.unit, property.max);
}

export function age(millis) {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} phút`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} giờ ${minutes % 60} phút` : `${Math.floor(hours / 24)} ngày`;
}
