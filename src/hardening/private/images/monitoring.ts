import { type ImageFacts, NOT_RUN } from './image-facts';

const GRAFANA = 'https://github.com/grafana/grafana/blob';

export const GRAFANA_FACTS: ImageFacts = {
  image: 'grafana',
  variant: 'Alpine, Ubuntu',
  versions: '12',
  tagWords: { distroless: false },
  uid: 472,
  gid: 0,
  imageUser: '472',
  volumes: [],
  ports: ['3000/tcp'],
  dataPath: '/var/lib/grafana',
  tmpfs: { '/tmp': 64 },
  health: { test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', 'http://127.0.0.1:3000/api/health'], startPeriodSeconds: 60 },
  fileVariables: ['GF_*__FILE'],
  memoryMebibytes: 512,
  notes: [
    'The group is 0, as in the image; no process is root.',
    'The names of variables for file paths end in two underscores and `FILE`, as in `GF_SECURITY_ADMIN_PASSWORD__FILE`.',
  ],
  sources: [
    `${GRAFANA}/78515af65f036f536c4ab2e6fdb5484552f99f1f/Dockerfile`,
    `${GRAFANA}/07754534fbafa7e7e18e7272e552c166f1afae28/packaging/docker/run.sh`,
  ],
  run: NOT_RUN,
};

const PROMETHEUS = 'https://github.com/prometheus/prometheus/blob/d15adb9ad7e5d9fbde3a9a8f30200593a5a14d86';

export const PROMETHEUS_FACTS: ImageFacts = {
  image: 'prometheus',
  versions: '2.40 to 3.14',
  tagWords: { distroless: false },
  uid: 65534,
  gid: 65534,
  imageUser: 'nobody',
  volumes: ['/prometheus'],
  ports: ['9090/tcp'],
  dataPath: '/prometheus',
  tmpfs: { '/tmp': 64 },
  health: { test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:9090/-/healthy'] },
  stopSeconds: 60,
  memoryMebibytes: 512,
  notes: [
    'The Dockerfile names the user `nobody`, on a base image of BusyBox, whose users come from Buildroot; its number there is 65534.',
    'The distroless image has another user and no `wget`.',
  ],
  sources: [
    `${PROMETHEUS}/Dockerfile`,
    'https://github.com/prometheus/busybox/blob/869afd42c4d8f5d4e7e4787b3bd9a6c39cb403d6/glibc/Dockerfile',
    'https://github.com/docker-library/busybox/blob/9c2087811429374737832a4c936fc411c1b4a22b/latest-1/glibc/Dockerfile.builder',
  ],
  run: "Debian's package 2.42, with the user and the paths of the image",
};
