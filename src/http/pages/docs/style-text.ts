/** Headings, paragraphs, code. */
export const textStyle = `
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

p + h3,
.scroll + h3 {
  margin-block-start: 1.5rem;
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

section,
h3[id] {
  scroll-margin-top: 1.5rem;
}

section + section {
  margin-block-start: 4rem;
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
li > code,
td > code {
  padding: 0.1em 0.25em;
  border-radius: 4px;
  background: var(--raised);
}

.facts {
  display: grid;
  gap: 0.4rem;
  margin: 1.5rem 0 0;
}

.facts div {
  display: grid;
  grid-template-columns: 7.5rem minmax(0, 1fr);
}

.facts dt {
  color: var(--muted);
}

.facts dd {
  margin: 0;
  overflow-wrap: anywhere;
}

.callers {
  margin: 0;
  padding-inline-start: 1.25rem;
}

.callers li + li {
  margin-block-start: 0.25rem;
}
`;
