exports.handler = async () => { throw new Error('not built'); };
