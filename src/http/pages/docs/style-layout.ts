/** Colours and layout. Text has a contrast of at least 4.5 in light and dark mode. */
export const layoutStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff;
  --raised: #f5f7f6;
  --line: #dde3e0;
  --text: #1a2421;
  --muted: #55635e;
  --accent: #0a6847;
  --accent-soft: #e2f3eb;
  --blue: #1d4fa8;
  --blue-soft: #e5edfb;
  --amber: #80500a;
  --amber-soft: #fbf0dc;
  --red: #a3262a;
  --red-soft: #fbe7e7;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
}

@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1513;
    --raised: #17201d;
    --line: #2b3733;
    --text: #e3eae7;
    --muted: #9bada6;
    --accent: #6bd6a8;
    --accent-soft: #14372a;
    --blue: #9cc0fb;
    --blue-soft: #1a2d4c;
    --amber: #efc27a;
    --amber-soft: #3a2c12;
    --red: #f5a3a3;
    --red-soft: #431e20;
  }
}

*,
*::before,
*::after {
  box-sizing: border-box;
}

html {
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}

body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.6 var(--sans);
  overflow-wrap: break-word;
}

a {
  color: var(--accent);
  text-underline-offset: 0.15em;
}

:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
  border-radius: 3px;
}

main:focus {
  outline: none;
}

.skip {
  position: absolute;
  inset-inline-start: 1rem;
  inset-block-start: -4rem;
  z-index: 1;
  padding: 0.5rem 1rem;
  border-radius: 6px;
  background: var(--accent);
  color: var(--ground);
}

.skip:focus {
  inset-block-start: 1rem;
}

/* The contents: beside the text where there is room, above it elsewhere. */

.side {
  position: relative;
  padding: 1rem 1.25rem;
  border-block-end: 1px solid var(--line);
  background: var(--raised);
}

.side a {
  color: inherit;
  text-decoration: none;
}

.side ul {
  margin: 0;
  padding: 0;
  list-style: none;
}

.side li a {
  display: flex;
  align-items: flex-start;
  gap: 0.6rem;
  padding: 0.4rem 0.6rem;
  margin-inline: -0.6rem;
  border-radius: 6px;
  line-height: 1.4;
  font-size: 0.925rem;
}

.side a:hover {
  color: var(--accent);
}

.side li a:hover {
  background: var(--accent-soft);
}

.brand {
  margin: 0 0 0.75rem;
  font-size: 1.125rem;
  font-weight: 650;
}

.version {
  margin-inline-start: 0.25rem;
  color: var(--muted);
  font: 0.8125rem var(--mono);
}

.group {
  margin: 1rem 0 0.25rem;
  color: var(--muted);
  font-size: 0.8125rem;
  font-weight: 600;
}

.side ul + ul {
  margin-block-start: 1rem;
}

.side .brand {
  margin: 0;
}

.side details > :not(summary):first-of-type {
  margin-block-start: 1rem;
}

.side summary {
  position: absolute;
  inset-block-start: 0.8rem;
  inset-inline-end: 1.25rem;
  padding: 0.3rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--ground);
  font-size: 0.925rem;
  cursor: pointer;
}

main {
  max-width: 56rem;
  margin-inline: auto;
  padding: 2rem 1.25rem 6rem;
}

@media (min-width: 60rem) {
  body {
    display: grid;
    grid-template-columns: 18.5rem minmax(0, 1fr);
  }

  .side {
    position: sticky;
    inset-block-start: 0;
    height: 100vh;
    padding: 2rem 1.75rem;
    overflow-y: auto;
    border-block-end: 0;
    border-inline-end: 1px solid var(--line);
  }

  .side .brand {
    margin-block-end: 0.75rem;
  }

  .side summary {
    position: static;
    margin-block-end: 0.75rem;
  }

  /* Where there is room the contents are never folded away, if the browser lets us say so. */
  @supports selector(details::details-content) {
    .side summary {
      display: none;
    }

    .side details::details-content {
      content-visibility: visible;
    }
  }

  main {
    width: 100%;
    padding: 3rem 3rem 8rem;
  }
}

@media print {
  .side,
  .skip {
    display: none;
  }

  body {
    display: block;
  }
}
`;
