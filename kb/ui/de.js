// The little that Streamlit's front end cannot do by itself. Served from our own origin, no dependencies.
(() => {
  "use strict";

  // Runs before Streamlit's own script: at /bestand it would try /bestand/_stcore first, and log errors
  window.__streamlit = { BACKEND_BASE_URL: location.origin };

  // ---- Streamlit's own English labels. Longer texts are found by their beginning.
  const LABELS = new Map([
    ["Skip to main content", "Zum Inhalt springen"],
    ["Clear entry", "Eingabe löschen"],
    ["Clear value", "Eingabe löschen"],
    ["Press Enter to apply", "Mit der Eingabetaste suchen"],
    ["Press Enter to submit form", "Mit der Eingabetaste suchen"],
    ["Connecting", "Verbindung wird aufgebaut"],
    ["Connecting to Streamlit server", "Verbindung zum Server wird aufgebaut"],
    ["Unable to connect to Streamlit server", "Keine Verbindung zum Server"],
    ["Connection error", "Keine Verbindung zum Server"],
    ["Connection timed out.", "Der Server antwortet nicht."],
    ["Page not found", "Nicht gefunden"],
    ["Running...", "Wird geladen"],
    ["Close", "Schließen"],
    ["Error", "Fehler"],
    ["Rerun", "Neu laden"],
    ["Stop", "Anhalten"],
  ]);
  const BEGINNINGS = [
    ["Is Streamlit still running?", "Der Server antwortet nicht. Die Seite verbindet sich von selbst, sobald er wieder da ist."],
    ["Streamlit server is not responding", "Der Server antwortet nicht. Die Seite verbindet sich von selbst, sobald er wieder da ist."],
    ["You have requested page", "Unter dieser Adresse gibt es keine Seite."],
  ];

  // a filter's name as Streamlit repeats it for screen readers, with the marks for the look of its count
  const MARKS = /^(.*) :small\[([\d.]+)\]$/s;

  // never text of guides: whatever lies in our own blocks is German already
  const OURS = ".stHtml, .kb-suggestions";

  const german = (text) => {
    const key = text.trim();
    const marks = key.match(MARKS);
    if (marks) return `${marks[1].replace(/\\(.)/g, "$1")}, ${marks[2]}`;
    return LABELS.get(key) ?? BEGINNINGS.find(([start]) => key.startsWith(start))?.[1];
  };

  const translate = (root) => {
    if (root.nodeType === Node.TEXT_NODE) {
      const text = root.parentElement?.closest(OURS) ? undefined : german(root.data);
      if (text) root.data = text;
      return;
    }
    if (root.nodeType !== Node.ELEMENT_NODE || root.closest(OURS)) return;
    for (const name of ["aria-label", "title", "placeholder"]) {
      for (const element of [root, ...root.querySelectorAll(`[${name}]`)]) {
        const text = german(element.getAttribute(name) ?? "");
        if (text) element.setAttribute(name, text);
      }
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) translate(node);
  };

  // ---- Links inside the page: a step of the history, without loading anew
  let leaving = null; // the heading shown when a link was followed; its successor takes the focus

  const follow = (link) => {
    isPlaceWanted = link.hash.length > 1;
    leaving = { heading: document.querySelector(".kb-focus"), toTop: link.dataset.kb === "top" };
    history.pushState({}, "", link.href);
    dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  };

  const arrive = () => {
    const heading = document.querySelector(".kb-focus");
    if (!leaving || !heading || heading === leaving.heading) return;
    if (leaving.toTop) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
    leaving = null;
  };

  // ---- An address may name a place of the page, which is there later than the address
  let isPlaceWanted = location.hash.length > 1;

  const reachPlace = () => {
    const place = isPlaceWanted && document.getElementById(location.hash.slice(1));
    if (!place) return;
    isPlaceWanted = false;
    location.replace(location.hash); // scrolls, and marks the place as the target
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-kb]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (link && isPlain && link.origin === location.origin) {
      event.preventDefault();
      follow(link);
    } else if (event.target.closest?.("[data-kb-filters]")) {
      document.documentElement.classList.toggle("kb-filters-open");
      describe();
    }
  });

  // ---- "/" goes to the search field, from any area, unless something is being typed
  let isFieldWanted = false; // it may still be on its way

  const reachField = () => {
    const field = isFieldWanted && document.querySelector(".st-key-feld input");
    if (!field) return;
    isFieldWanted = false;
    leaving = null;
    field.focus();
    field.select();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable=true]")) return;
    event.preventDefault();
    isFieldWanted = true;
    const home = document.querySelector(".kb-header a[data-kb]");
    if (home && home.pathname !== location.pathname) follow(home);
    reachField();
  });

  // ---- What only attributes can say, put where Streamlit offers no place for it
  const describe = () => {
    document.querySelector(".st-key-suchzeile")?.setAttribute("role", "search");
    for (const group of document.querySelectorAll("[class*='st-key-achse-']")) {
      const heading = group.querySelector(".kb-axis");
      if (heading && group.getAttribute("aria-labelledby") !== heading.id) {
        group.setAttribute("role", "group");
        group.setAttribute("aria-labelledby", heading.id);
      }
    }
    const isOpen = String(document.documentElement.classList.contains("kb-filters-open"));
    for (const button of document.querySelectorAll("[data-kb-filters]")) {
      if (button.getAttribute("aria-expanded") !== isOpen) button.setAttribute("aria-expanded", isOpen);
    }
  };

  // ---- After a restart the server knows nothing of this page, and the reader's next input would be lost: ask anew at once
  let wasConnected = false;
  let isCutOff = false;

  const isOnline = () =>
    document.querySelector("[data-test-connection-state]")?.dataset.testConnectionState === "CONNECTED";

  const reconnect = () => {
    const isConnected = isOnline();
    if (isConnected && isIncomplete) loadAnew();
    if (!isConnected) {
      isCutOff = wasConnected;
      return;
    }
    wasConnected = true;
    if (!isCutOff) return;
    isCutOff = false;
    dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  };

  // ---- Streamlit fetches parts of its front end when they are first shown. If the server is away just then, or a newer one has
  // other parts, the browser keeps an error in their place until the page is loaded anew; not twice in a row, lest it never ends
  const AT_LEAST_MS = 20_000;
  let isIncomplete = false;

  const loadAnew = async () => {
    const last = Number(sessionStorage.getItem("kb-loaded-anew") ?? 0);
    if (Date.now() - last < AT_LEAST_MS) return;
    const answer = await fetch("/_stcore/health", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return; // once it is back
    sessionStorage.setItem("kb-loaded-anew", Date.now());
    location.reload();
  };

  addEventListener("vite:preloadError", () => {
    isIncomplete = true;
    if (isOnline()) loadAnew();
  });

  // ---- The number of results is announced; the region must outlive the blocks that are replaced
  const status = Object.assign(document.createElement("div"), { className: "kb-hidden" });
  status.setAttribute("role", "status");
  let announced = "";

  const announce = () => {
    const text = document.querySelector(".kb-count")?.textContent ?? "";
    if (text === announced) return;
    announced = text;
    status.textContent = text;
  };

  // ---- Print: links with their whole address, everything unfolded
  let unfolded = [];
  addEventListener("beforeprint", () => {
    for (const link of document.querySelectorAll(".kb-result h3 a")) link.dataset.url = link.href;
    unfolded = [...document.querySelectorAll("details.kb-more:not([open])")];
    for (const details of unfolded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of unfolded) details.open = false;
  });

  const begin = () => {
    document.body.append(status);
    const root = document.getElementById("root");
    const update = () => {
      describe();
      announce();
      arrive();
      reachPlace();
      reachField();
    };
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "childList") change.addedNodes.forEach(translate);
        else if (change.attributeName === "data-test-connection-state") reconnect();
        else translate(change.target);
      }
      update();
    }).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ["aria-label", "title", "placeholder", "data-test-connection-state"],
    });
    translate(root);
    update();
  };

  begin();
})();
