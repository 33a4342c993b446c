import { followEach } from './entry';
import { VALUES } from './tables/values';
import { HardenedContainer } from '../../src';
import { IMAGE, Program } from '../support/programs';

/** A class of a user, which passes more on than the library knows. */
class ShopContainer extends HardenedContainer {
  public readonly team: string;

  constructor(p: Program, props: { readonly team: string; readonly zones: string[]; readonly image2?: string }) {
    const given = { segment: p.segment('Front'), image: IMAGE, ...props };
    super(p.stack, 'Web', given);
    this.team = props.team;
  }
}

describe('properties, texts and numbers', () => followEach(VALUES));

test('a class of a user passes properties of its own on', () => {
  const p = new Program();
  expect(new ShopContainer(p, { team: 'shop', zones: ['a'], image2: 'x' }).team).toBe('shop');
  expect(p.synth().container('app-web').name).toBe('app-web');
});
