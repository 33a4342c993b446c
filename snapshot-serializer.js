// Keeps user data out of snapshots: `snapshotSerializers: ['cdktf-docker-bulkhead/snapshot-serializer']` in the settings of Jest or Vitest.
module.exports = require('./lib/host/private/snapshot-serializer').snapshotSerializer;
