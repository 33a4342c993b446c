import { EXPOSURE } from '../support/fixes/exposure';
import { followEach } from '../support/fixes/follow';
import { HOSTS } from '../support/fixes/hosts';

describe('hosts', () => followEach(HOSTS));
describe('what the proof says', () => followEach(EXPOSURE));
