import { publications, type Review } from './reviewed';

/** Before 28 the translation comes before the kernel looks whether 127.0.0.0/8 came in by an interface that it must not. */
export const loopbackPublication: Review = ({ can, rules }) =>
  can('closesUnpublished')
    ? []
    : publications(rules).flatMap(({ asked, destination }) =>
        destination?.startsWith('127.')
          ? [
              {
                code: 'LoopbackPublication',
                family: rules.family,
                rule: `port ${asked} published on ${destination.split('/')[0]}`,
                sentence:
                  'Before 28.0 a machine on the same LAN also reaches it; drop packets to 127.0.0.0/8 that enter through an interface other than lo.',
              },
            ]
          : [],
      );
