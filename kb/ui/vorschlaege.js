// Suggestions below the search field while something is typed: a combobox with a list, as the ARIA practices describe it. Only
// Enter or a click on a suggestion changes what was typed. Served from our own origin, no dependencies; the field works without.
(() => {
  "use strict";

  const SOURCE = new URL("../vorschlaege", document.currentScript.src); // beside this script, whatever stands before both
  const MIN_CHARS = 2;
  const PAUSE_MS = 100; // who types faster is asked for once
  const FIELD = ".st-key-feld input";
  const BUTTON = ".st-key-suchzeile [data-testid=stFormSubmitButton] button";

  const list = Object.assign(document.createElement("ul"), { id: "vorschlaege", className: "kb-suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  const status = Object.assign(document.createElement("div"), { className: "kb-hidden" });
  status.setAttribute("aria-live", "polite");

  let active = null; // the option that Enter takes
  let timer = 0;
  let asking = new AbortController();

  const field = () => document.querySelector(FIELD);

  const element = (name, text, className) => Object.assign(document.createElement(name), { textContent: text, className });

  // ---- The list
  const activate = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) field()?.setAttribute("aria-activedescendant", active.id);
    else field()?.removeAttribute("aria-activedescendant");
  };

  const close = () => {
    clearTimeout(timer);
    asking.abort();
    activate(null);
    list.hidden = true;
    list.replaceChildren();
    field()?.setAttribute("aria-expanded", "false");
    status.textContent = "";
  };

  const option = ({ pieces, source }, number) => {
    const made = Object.assign(document.createElement("li"), { id: `vorschlag-${number}` });
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.dataset.text = pieces.join("");
    const text = element("span", "", "kb-suggestion");
    text.append(...pieces.map((piece, i) => (i % 2 ? element("b", piece, "") : piece)));
    made.append(text, " ", element("span", source, "kb-quiet"));
    return made;
  };

  const show = (input, { label, options }) => {
    activate(null);
    list.replaceChildren(...options.map(option));
    list.hidden = options.length === 0;
    list.setAttribute("aria-label", label);
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = label;
  };

  const ask = async (input) => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const url = new URL(SOURCE);
    url.searchParams.set("q", input.value);
    try {
      const answer = await fetch(url, { signal });
      const found = answer.ok ? await answer.json() : null;
      if (found && !signal.aborted && document.activeElement === input) show(input, found);
    } catch (error) {
      if (!signal.aborted) close(); // the server is away: the page says so
    }
  };

  const choose = (text) => {
    close();
    const input = field();
    // past React, which would take a value set on the element itself for its own
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector(BUTTON)?.click()); // once React has taken the value over
  };

  // ---- What the reader does. Keys are heard before Streamlit hears them.
  const step = (forwards) => {
    const options = [...list.children];
    const places = [null, ...options]; // the field itself is one of the places
    const at = places.indexOf(active) + (forwards ? 1 : -1);
    activate(places.at(at % places.length));
  };

  const isTypedEnough = (input) => input.value.trim().length >= MIN_CHARS;

  /** Return what a key does here; nothing where it does what it always does. */
  const meaning = (key, input) => {
    if (list.hidden) return key === "ArrowDown" && isTypedEnough(input) ? () => ask(input) : undefined;
    if (key === "Enter" && active) return () => choose(active.dataset.text);
    return { ArrowDown: () => step(true), ArrowUp: () => step(false), Escape: close }[key];
  };

  document.addEventListener(
    "keydown",
    (event) => {
      const isPlain = !(event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
      if (!isPlain || !event.target.matches?.(FIELD)) return;
      const act = meaning(event.key, event.target);
      if (act) {
        event.preventDefault();
        event.stopPropagation();
        act();
      } else if (event.key === "Enter") {
        close();
      }
    },
    true,
  );

  document.addEventListener("input", (event) => {
    if (!event.isTrusted || !event.target.matches?.(FIELD)) return; // what a script put there was not typed
    clearTimeout(timer);
    if (isTypedEnough(event.target)) timer = setTimeout(ask, PAUSE_MS, event.target);
    else close();
  });

  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.(FIELD)) close();
  });

  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) choose(chosen.dataset.text);
  });

  // ---- What the field is, said as soon as it is there
  const equip = () => {
    const input = field();
    if (!input || input.getAttribute("role") === "combobox") return;
    const says = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(says)) input.setAttribute(name, value);
    input.closest(".st-key-feld").append(list);
  };

  document.body.append(status);
  new MutationObserver(equip).observe(document.body, { subtree: true, childList: true });
  equip();
})();
