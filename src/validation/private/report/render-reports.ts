import { renderJson } from './render-json';
import { renderJunit } from './render-junit';
import { renderMarkdown } from './render-markdown';
import { renderSarif } from './render-sarif';
import type { StackReport } from './report';

/** Texts of the reports by file name. None has a clock in it: the same program writes the same bytes. */
export function renderReports(report: StackReport): Record<string, string> {
  return {
    'validation.json': renderJson(report),
    'validation.md': renderMarkdown(report),
    'validation.sarif': renderSarif(report),
    'validation.junit.xml': renderJunit(report),
  };
}
