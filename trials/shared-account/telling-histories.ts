import type { Declaration, Deploy, Edit, Kind, Step } from './history';

/** Ways of failing that are too rare among random histories to be left to them. */
export const TELLING_HISTORIES: Readonly<Record<string, readonly Step[]>> = {
  'a continued rollback puts back what it says': [put('workspace'), deploy([add('alias')]), deploy([look(1)], { ending: 'failure at the end', denied: 1 })],
  'a deployment that rolls forward brings about what failed before': [put('workspace'), deploy([add('alias')]), deploy([look(1)], { denied: 0, onFailure: 'leave' }), deploy([add('workspace', { index: 1 })])],
  'the same with a Chime channel': [put('workspace'), deploy([add('room')]), deploy([look(1)], { denied: 0, onFailure: 'leave' }), deploy([add('workspace', { index: 1 })])],
  'an adoption undone by a deletion': [put('workspace'), put('alias', 2), deploy([add('alias', { existing: 'ADOPT' })], { ending: 'failure at the end', onFailure: 'delete' })],
  'an adoption rolled back in an update': [put('workspace'), put('channel'), deploy([add('alias')]), deploy([add('channel', { existing: 'ADOPT' })], { ending: 'failure at the end' })],
  'a creation of which one resource is refused': [put('workspace'), put('channel', 2), deploy([add('channel', { index: 1 }), add('channel')], {})],
  'a move to another Region': [put('workspace'), deploy([add('alias')]), { step: 'handover', from: 0, to: 3, first: 'taker', existing: 'FAIL' }],
  'a move to another stack, which comes first': [put('workspace'), deploy([add('channel'), add('alias')]), { step: 'handover', from: 0, to: 1, first: 'taker', existing: 'ADOPT' }],
  'a move to another stack, which comes second': [put('workspace'), deploy([add('channel', { retain: true }), add('alias')]), { step: 'handover', from: 0, to: 1, first: 'giver', existing: 'FAIL' }],
  'a change by hand, and an update': [put('workspace'), deploy([add('channel', { look: 1 })]), change('channel', 2), deploy([look(2)])],
  'a removal by hand, and an update': [put('workspace'), deploy([add('channel', { look: 1 })]), { step: 'console', action: 'remove', kind: 'channel', index: 0, look: 0 }, deploy([look(2)])],
  'a channel that somebody has given another role': [put('workspace'), deploy([add('channel', { look: 1 })]), change('channel', 2), { step: 'delete', stack: 0 }],
  'a native resource of the same target': [put('workspace'), deploy([add('channel', { native: true, role: 'outside' })]), deploy([add('channel', { role: 'outside' })], { stack: 1 }), { step: 'delete', stack: 1 }],
  'a retained channel of an earlier stack of the name': [put('workspace'), deploy([add('channel', { retain: true })]), { step: 'delete', stack: 0 }, deploy([add('channel', { retain: true })])],
  'a creation and a deletion': [put('workspace'), deploy([add('channel')], { faults: [] }), { step: 'delete', stack: 0 }],
  'an alias that is there already, as declared': [put('workspace'), put('alias', 1), deploy([add('alias', { look: 1 })]), { step: 'delete', stack: 0 }],
  'a take-over of a Chime channel with other settings': [put('workspace'), deploy([add('room')]), deploy([add('room', { look: 1, existing: 'OWN' })], { stack: 1 }), { step: 'delete', stack: 0 }],
  'two take-overs of a Chime channel with other settings': [put('workspace'), put('room', 2), deploy([add('room', { existing: 'OWN' })]), deploy([add('room', { look: 1, existing: 'OWN' })], { stack: 1 }), { step: 'delete', stack: 0 }],
  'a take-over of an alias as it is, after one with another text': [put('workspace'), put('alias', 2), deploy([add('alias', { existing: 'OWN' })]), deploy([add('alias', { existing: 'OWN' })], { stack: 1 }), { step: 'delete', stack: 0 }],
};

function add(kind: Kind, more: Partial<Declaration> = {}): Edit {
  return {
    edit: 'add', kind, index: 0, look: 0, existing: 'FAIL', retain: false, role: 'default', formerRole: false, native: false, ...more,
  };
}

function deploy(edits: readonly Edit[], more: Partial<Deploy> = {}): Step {
  return { step: 'deploy', stack: 0, edits, ending: 'success', onFailure: 'rollback', faults: [], skips: false, ...more };
}

function look(number: number): Edit {
  return { edit: 'change', slot: 0, look: number };
}

function put(kind: Kind, number = 0): Step {
  return { step: 'console', action: 'put', kind, index: 0, look: number };
}

function change(kind: Kind, number: number): Step {
  return { step: 'console', action: 'change', kind, index: 0, look: number };
}
