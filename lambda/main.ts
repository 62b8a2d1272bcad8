import { handler } from './index';

// Not an export: this form spares the bundle the code that makes an ES module look like a CommonJS one.
module.exports = { handler };
