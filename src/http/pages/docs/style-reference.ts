/** Operations, their badges and their tables. */
export const referenceStyle = `
.operation {
  margin-block-start: 2rem;
  padding-block-start: 2rem;
  border-block-start: 1px solid var(--line);
  scroll-margin-top: 0;
}

h2 + .operation {
  margin-block-start: 1.5rem;
  padding-block-start: 0;
  border-block-start: 0;
  scroll-margin-top: 1.5rem;
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

tbody tr > * {
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
  width: 40%;
  font-weight: 600;
}

table:not(.fields) tbody th:has(.status) {
  width: 1%;
}

tbody td:nth-child(3) {
  width: 1%;
  white-space: nowrap;
}

.note {
  display: block;
  color: var(--muted);
  font-size: 0.8125rem;
  font-weight: 400;
}

.note code {
  font-size: 0.95em;
  font-weight: 400;
}

.note strong {
  color: var(--amber);
  font-weight: 600;
}

tr:has(:target) > * {
  background: var(--accent-soft);
}

@media (max-width: 40rem) {
  .fields thead {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  .fields :is(tbody, tr, th, td) {
    display: block;
    width: auto;
  }

  .fields th {
    padding-block-end: 0;
    overflow-wrap: anywhere;
  }

  .fields th:has(+ td:empty) {
    padding-block-end: 0.6rem;
  }

  .fields td {
    padding-block-start: 0.15rem;
  }

  .fields td:empty {
    display: none;
  }

  .fields td,
  .fields tr:first-child > th {
    border-block-start: 0;
  }
}
`;
