import { byId, html, say, span } from './nodes.js';

/** The exactly-once check: what came out, compared with a plain computation of what went in. */
const STATES = {
  waiting: ['Not checked yet', 'M 7 12 h 10'],
  none: ['No exactly-once check', 'M 7 12 h 10'],
  exact: ['Exactly once', 'M 6.5 12.5 l 4 4 l 7 -8.5'],
  wrong: ['Not exactly once', 'M 8 8 l 8 8 M 16 8 l -8 8'],
};
const SHOWN = 8;
let checkedAt;

export function drawCheck(check, hasCheck) {
  if (check === null && checkedAt !== undefined) return;
  checkedAt = check?.at;
  const state = check === null ? (hasCheck ? 'waiting' : 'none') : check.isExact ? 'exact' : 'wrong';
  const [text, sign] = STATES[state];
  byId('check').dataset.at = checkedAt ?? '';
  byId('check').dataset.state = state;
  byId('check-sign').setAttribute('d', sign);
  say(byId('check-state'), text);
  const missing = 'give millrace dev a --companion with one, and results are compared as they come';
  say(byId('check-summary'), check?.summary ?? (hasCheck ? '' : missing));
  const problems = check?.problems ?? [];
  byId('check-problems').hidden = problems.length === 0;
  byId('check-problems').replaceChildren(...problems.slice(0, SHOWN).map((each) => html('li', {}, each)));
}

/** When it was checked last. */
export function tellAge({ now }) {
  const age = checkedAt === undefined ? undefined : now - checkedAt;
  say(
    byId('check-age'),
    age === undefined
      ? ''
      : age < 1000
        ? 'checked now'
        : `checked ${span(Math.floor(age / 1000) * 1000)} ago`,
  );
}
