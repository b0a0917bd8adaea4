// Every word that is asked for must occur; what is called so comes first, then pages to read before names of code.
"use strict";
const up = document.currentScript.dataset.up;
const [field, said, list] = ["q", "said", "hits"].map((id) => document.getElementById(id));
const MOST = 30, IDLE = new Set("a an and are do does how is of the to what".split(" ")), CODE = /view|function|record|constant|field/;
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
const entries = ENTRIES.map(([title, kind, says, url]) => {
  const name = plain(title).replace(/[_.()]+/g, " ").trim();
  return { title, kind, says, url, name, last: name.split(" ").length, all: plain(`${title} ${name} ${kind} ${says} ${url}`) };
});

function rank(entry, whole, words) {
  if (entry.name === whole) return 0;
  if (` ${entry.name}`.includes(` ${whole}`)) return !CODE.test(entry.kind) || entry.name.endsWith(` ${whole}`) && entry.kind !== "field" ? 1 : 2;
  return words.every((word) => entry.name.includes(word)) ? 3 : words.some((word) => entry.name.includes(word)) ? 4 : 5;
}

function row(entry) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const kind = document.createElement("small");
  const says = document.createElement("p");
  link.href = up + entry.url;
  link.textContent = entry.title;
  kind.textContent = ` ${entry.kind}`;
  says.textContent = entry.says.length > 200 ? `${entry.says.slice(0, 200)} …` : entry.says;
  item.append(link, kind, says);
  return item;
}

function search() {
  const asked = plain(field.value).replace(/(\w{4})s(?!\S)/g, "$1").split(/[\s?]+/).filter(Boolean), told = asked.filter((word) => !IDLE.has(word));
  const words = told.length ? told : asked, whole = words.join(" ").replace(/[_.\s]+/g, " ").trim();
  const found = words.length ? entries.filter((entry) => words.every((word) => entry.all.includes(word))) : [];
  const ranked = found.map((entry) => [rank(entry, whole, words), entry]).sort((a, b) => a[0] - b[0]);
  list.replaceChildren(...ranked.slice(0, MOST).map(([, entry]) => row(entry)));
  const shown = found.length > MOST ? `; the first ${MOST} are shown` : "";
  said.textContent = words.length ? `${found.length} found${shown}` : "";
  if ("address" in field.dataset) history.replaceState(null, "", words.length ? `#${encodeURIComponent(field.value)}` : location.pathname);
}

function move(event) {
  const links = [...list.querySelectorAll("a")];
  const here = links.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target === field && links.length) links[0].click();
  else if (event.key === "ArrowDown") links[Math.min(here + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (here > 0 ? links[here - 1] : field).focus();
  else if (event.key === "Escape" && here >= 0) field.focus();
  else return;
  event.preventDefault();
}

function asked() {
  if (!("address" in field.dataset)) return;
  try { field.value = decodeURIComponent(location.hash.slice(1)); } catch { field.value = ""; }
  search();
}

field.addEventListener("input", search);
for (const part of [field, list]) part.addEventListener("keydown", move);
addEventListener("hashchange", asked);
asked();
