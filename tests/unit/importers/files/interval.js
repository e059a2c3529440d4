const MINUTE = 60 * 1000
module.exports = async function () {}
module.exports.config = { name: 'clean-carts', schedule: { interval: 15 * MINUTE } }
