/** The page's style sheet. Text keeps a contrast of at least 4.5 to its ground, in light and in dark. */
export const docsStyle: string = `
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
    --muted: #9badA6;
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
  padding: 1.25rem;
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
  align-items: baseline;
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

nav > ul + .group,
nav > .group + ul + ul {
  margin-block-start: 1rem;
}

main {
  max-width: 56rem;
  margin-inline: auto;
  padding: 2rem 1.25rem 6rem;
}

/* Text */

h1,
h2,
h3,
h4 {
  margin: 0;
  line-height: 1.25;
  text-wrap: balance;
}

h1 {
  font-size: clamp(2rem, 1.6rem + 2vw, 2.75rem);
  font-weight: 700;
  letter-spacing: -0.02em;
}

h2 {
  font-size: 1.625rem;
  font-weight: 680;
  letter-spacing: -0.01em;
}

h3 {
  font-size: 1.25rem;
  font-weight: 650;
}

h3 a {
  color: inherit;
  text-decoration: none;
}

h3 a:hover {
  color: var(--accent);
  text-decoration: underline;
}

h4 {
  margin-block: 1.75rem 0.6rem;
  font-size: 0.9375rem;
  font-weight: 650;
}

.aside {
  margin-inline-start: 0.4rem;
  color: var(--muted);
  font-size: 0.8125rem;
  font-weight: 400;
}

p {
  margin: 0.6rem 0 0;
  max-width: 68ch;
}

.lead {
  color: var(--muted);
  font-size: 1.1875rem;
}

section {
  scroll-margin-top: 1.5rem;
}

section + section {
  margin-block-start: 3.5rem;
}

section .scroll {
  margin-block-start: 0.75rem;
}

code {
  font-family: var(--mono);
  font-size: 0.875em;
}

p code,
li code,
td code {
  overflow-wrap: anywhere;
}

p > code,
.callers code {
  padding: 0.1em 0.35em;
  border-radius: 4px;
  background: var(--raised);
}

.facts {
  display: grid;
  gap: 0.4rem;
  margin: 1.5rem 0 0;
}

.facts div {
  display: flex;
  flex-wrap: wrap;
  column-gap: 1rem;
}

.facts dt {
  min-width: 7.5rem;
  color: var(--muted);
}

.facts dd {
  margin: 0;
  min-width: 0;
  overflow-wrap: anywhere;
}

.callers {
  margin: 0;
  padding-inline-start: 1.25rem;
}

.callers li + li {
  margin-block-start: 0.25rem;
}

/* Operations */

.operation {
  margin-block-start: 2rem;
  padding-block-start: 2rem;
  border-block-start: 1px solid var(--line);
  scroll-margin-top: 0;
}

.operation:target h3 {
  color: var(--accent);
}

.endpoint {
  display: flex;
  align-items: baseline;
  gap: 0.75rem;
  max-width: none;
  margin-block-start: 0.75rem;
  padding: 0.6rem 0.85rem;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
}

.endpoint code {
  min-width: 0;
  padding: 0;
  font-size: 0.9375rem;
  overflow-wrap: anywhere;
}

.method,
.status,
.tag {
  display: inline-block;
  padding: 0.1rem 0.45rem;
  border-radius: 5px;
  background: var(--accent-soft);
  color: var(--accent);
  font: 600 0.75rem/1.5 var(--mono);
}

.side .method {
  flex: none;
  min-width: 3.1rem;
  padding-inline: 0.25rem;
  font-size: 0.6875rem;
  text-align: center;
}

.method.post,
.status.s3 {
  background: var(--blue-soft);
  color: var(--blue);
}

.method.put,
.method.patch,
.status.s4,
.tag {
  background: var(--amber-soft);
  color: var(--amber);
}

.method.delete,
.status.s5 {
  background: var(--red-soft);
  color: var(--red);
}

.answer {
  margin-block-start: 0;
}

.answer .status {
  margin-inline-end: 0.4rem;
}

pre {
  margin: 0;
  padding: 0.9rem 1rem;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
  overflow-x: auto;
  line-height: 1.55;
  tab-size: 2;
}

/* Tables */

.scroll {
  overflow-x: auto;
  border: 1px solid var(--line);
  border-radius: 8px;
}

.scroll + .answer,
.answer + .scroll,
.scroll + .scroll {
  margin-block-start: 0.75rem;
}

table {
  width: 100%;
  min-width: 34rem;
  border-collapse: collapse;
  font-size: 0.9375rem;
  line-height: 1.5;
}

th,
td {
  padding: 0.6rem 0.85rem;
  text-align: start;
  vertical-align: top;
}

tr + tr > *,
thead + tbody > tr:first-child > * {
  border-block-start: 1px solid var(--line);
}

thead th {
  padding-block: 0.45rem;
  background: var(--raised);
  color: var(--muted);
  font-size: 0.8125rem;
  font-weight: 600;
}

tbody th {
  width: 30%;
  font-weight: 600;
}

tbody td:nth-last-child(2):not(:first-child) {
  width: 24%;
}

.note {
  display: block;
  color: var(--muted);
  font-size: 0.8125rem;
  font-weight: 400;
}

.note.required {
  color: var(--amber);
}

tr:has(:target) > * {
  background: var(--accent-soft);
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
