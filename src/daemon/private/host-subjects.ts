import { AUDITED } from '../../hardening/private/engine-files';
import { SWARM_CERTIFICATES } from '../../host/private/constants';
import type { HostInput } from '../../host/private/host-input';
import { renderHostFiles } from '../../host/private/render-host-files';
import { readDaemonJson } from '../../validation/private/embedded';
import type { Subject } from '../../validation/private/subject';

/** The facts of a daemon's host that rules can check: the settings of its engine, and plain facts about the installed files. */
export function hostSubjects(input: HostInput, dataPartition: boolean): Subject[] {
  const { daemonPath: path, swarm } = input;
  return [
    { resourceType: 'daemon.json', path, attributes: readDaemonJson(input.daemonJson)! },
    {
      resourceType: 'host',
      path,
      attributes: {
        // Bulkhead writes all settings of this host, so a setting that is not listed here is not set.
        managed: true,
        engine: input.engine.version,
        // Root installs them, and the installation adds no user to a group.
        files: renderHostFiles(input).map((file) => ({ path: file.path, owner: 'root:root', mode: file.mode })),
        docker_group_members: [],
        audit_rules: input.auditRules ? Object.values(AUDITED).flat() : [],
        data_partition: dataPartition,
        ...(swarm && {
          swarm: {
            role: swarm.role,
            listen_address: swarm.address,
            advertise_address: swarm.address,
            data_path_address: swarm.address,
            autolock: swarm.autolock,
            certificate_expiry: SWARM_CERTIFICATES,
          },
        }),
      },
    },
  ];
}
