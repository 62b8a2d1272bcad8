import { cases, disagreement, EVERY_CHARACTER, expectAgreement, MODELS } from './constraint-models';

// test/constraints.test.ts has the characters at which the models' patterns begin and end.
test.each(cases.filter(([, { templates }]) => templates))('the constraints say what the model says on every character of %s', (_, member) => {
  expect(disagreement(MODELS[member.service], { ...member, templates: member.templates!.slice(0, 1) }, EVERY_CHARACTER)).toBeUndefined();
});

test.each(cases.filter(([, { templates }]) => templates))('the constraints say what the model says on arbitrary values of %s', (_, member) => {
  expectAgreement(member, 500);
});
