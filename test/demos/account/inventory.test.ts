import { compareInventories, printInventory, type InventoryItem } from '../../../demos/account/inventory';

const URGENT: InventoryItem = { kind: 'Slack channel', id: 'C012URGENT1', settings: { name: 'urgent', severity: 'high' }, owner: 'stack (created)' };
const ALIAS: InventoryItem = { kind: 'Account alias', id: '111122223333', settings: { alias: 'Example' }, owner: 'stack (created)' };

test('inventories that are the same have no differences', () => {
  expect(compareInventories([URGENT, ALIAS], [ALIAS, URGENT])).toEqual([]);
});

test('differences are additions, removals and changes, of the owner too', () => {
  expect(compareInventories([URGENT, ALIAS], [
    { ...URGENT, settings: { name: 'urgent', severity: 'all' }, owner: 'no stack' },
    { ...URGENT, id: 'C012URGENT2', owner: 'stack (adopted)' },
  ])).toEqual([
    '~ Slack channel C012URGENT1: severity: high → all',
    '~ Slack channel C012URGENT1: owner: stack (created) → no stack',
    '- Account alias 111122223333 (Example)',
    '+ Slack channel C012URGENT2 (urgent), stack (adopted)',
  ]);
});

test('an inventory is a table whose settings share lines as they fit', () => {
  const lines: string[] = [];
  const settings = { name: 'urgent', severity: 'high', role: 'r'.repeat(60) };
  printInventory([{ ...URGENT, settings }], { width: 100, colors: false, print: (line = '') => lines.push(line) });
  expect(lines).toHaveLength(4);
  expect(lines[2]).toMatch(/^ {2}Slack channel {2}C012URGENT1 {2}name: urgent, severity: high +stack \(created\)$/);
  expect(lines[3].trim()).toMatch(/^role: r+…r+$/);
});

test('an inventory fits into 80 columns, and no word of a setting is cut', () => {
  const lines: string[] = [];
  const settings = { notify: 'create correspondence resolve', role: 'r'.repeat(60) };
  printInventory([{ ...URGENT, settings }], { width: 80, colors: false, print: (line = '') => lines.push(line) });
  expect(lines.map((line) => line.length > 80)).toEqual(lines.map(() => false));
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('notify: create correspondence');
});

test('a setting without a value is not shown', () => {
  const lines: string[] = [];
  printInventory([{ ...URGENT, settings: { name: 'urgent', tags: '', messages: '0' } }], { width: 80, colors: false, print: (line = '') => lines.push(line) });
  expect(lines[2]).toContain('name: urgent, messages: 0');
});
