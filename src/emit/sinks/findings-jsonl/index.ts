import type { Finding, Subject } from '../../../findings/contract.js'
import type { Output, Sink, SinkFormat } from '../../contract.js'
import { jsonLines } from '../../json.js'

/** One finding a line, keys in a fixed order. */
export const findingsJsonl = {
  id: 'findings-jsonl',
  title: 'Findings as JSON lines',
  fileName: 'findings.jsonl',
  create(output: Output): Sink {
    return {
      async findings(findings) {
        await output.write(jsonLines(findings.map(inOrder)))
      },
    }
  },
} as const satisfies SinkFormat

function inOrder(finding: Finding): Finding {
  return {
    id: finding.id,
    kind: finding.kind,
    severity: finding.severity,
    confidence: finding.confidence,
    reasons: finding.reasons,
    outcome: finding.outcome,
    title: finding.title,
    summary: finding.summary,
    subject: subjectInOrder(finding.subject),
    scope: { type: finding.scope.type, id: finding.scope.id },
    start: finding.start,
    end: finding.end,
    measures: finding.measures,
    alternatives: finding.alternatives,
    techniques: finding.techniques,
    evidenceCount: finding.evidenceCount,
    evidence: finding.evidence.map(({ source, line, offset, length, sha256, time, text }) => ({
      source,
      line,
      offset,
      length,
      sha256,
      time,
      text,
    })),
  }
}

function subjectInOrder(subject: Subject): Subject {
  return {
    type: subject.type,
    id: subject.id,
    clients: subject.clients,
    clientCount: subject.clientCount,
    users: subject.users,
    userCount: subject.userCount,
    userAgents: subject.userAgents,
    userAgentCount: subject.userAgentCount,
  }
}
