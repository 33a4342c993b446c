import { together } from '../support/together';

together(0, 4);
