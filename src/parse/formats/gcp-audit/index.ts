import { FIELD } from '../../../columns/contract.js'
import type { LogFormat } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, extra, text } from '../../meanings.js'

/** Cloud Audit Logs of Google Cloud, one entry a line. */
export const gcpAudit: LogFormat = {
  id: 'gcp-audit',
  title: 'Google Cloud audit log',
  reference: 'https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog',
  example:
    '{"insertId":"1abc","logName":"projects/example/logs/cloudaudit.googleapis.com%2Factivity","protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"alice@example.com"},"methodName":"v1.compute.instances.list","requestMetadata":{"callerIp":"203.0.113.9","callerSuppliedUserAgent":"curl/8.5.0"},"resourceName":"projects/example/zones/z/instances","serviceName":"compute.googleapis.com"},"severity":"NOTICE","timestamp":"2000-10-10T20:55:36.123456Z"}',
  ...fromMap({
    members: {
      timestamp: as({ as: 'any-time' }, 0),
      receiveTimestamp: as({ as: 'any-time' }, 1),
      'protoPayload.requestMetadata.callerIp': as({ as: 'address' }),
      'protoPayload.requestMetadata.callerSuppliedUserAgent': text(FIELD.userAgent),
      'protoPayload.requestMetadata.requestAttributes.host': text(FIELD.host),
      'protoPayload.authenticationInfo.principalEmail': text(FIELD.user, 0),
      'protoPayload.authenticationInfo.principalSubject': text(FIELD.user, 1),
      'protoPayload.authenticationInfo.serviceAccountKeyName': text(FIELD.token),
      'protoPayload.methodName': extra('operation'),
      'protoPayload.serviceName': extra('event_source'),
      'protoPayload.resourceName': extra('resource'),
      'protoPayload.status.code': extra('error_code'),
      'protoPayload.status.message': extra('message'),
      'protoPayload.authorizationInfo.0.permission': extra('permission'),
      'protoPayload.authorizationInfo.0.granted': extra('granted'),
      'resource.type': extra('type'),
      'resource.labels.project_id': extra('project'),
      logName: extra('log_name'),
      insertId: extra('event_id'),
      severity: extra('level'),
    },
    needs: ['timestamp|receiveTimestamp', 'protoPayload.methodName', 'protoPayload.serviceName|logName'],
  }),
  stamp: { unknown: 'unknown' },
}
