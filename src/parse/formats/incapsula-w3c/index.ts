import { FIELD } from '../../../columns/contract.js'
import { SPACE } from '../../../core/bytes.js'
import type { LogFormat } from '../../contract.js'
import { as, bytes, extra, text } from '../../meanings.js'
import { fromTable } from '../../table/scan-table.js'
import { W3C_COLUMNS, W3C_LINE } from '../../table/w3c-columns.js'

/** The columns in the order in which Imperva documents and writes them. */
const DEFAULTS = [
  'date time cs-vid cs-clapp cs-browsertype cs-js-support cs-co-support c-ip s-caip cs-clappsig s-capsupport s-suid',
  'cs(User-Agent) cs-sessionid s-siteid cs-countrycode s-tag cs-cicode s-computername cs-lat cs-long s-accountname cs-uri',
  'cs-postbody cs-version sc-action s-externalid cs(Referrer) s-ip s-port cs-method cs-uri-query sc-status s-xff cs-bytes',
  'cs-start cs-rule cs-severity cs-attacktype cs-attackid s-ruleName',
]

/** W3C logs of Imperva's Cloud WAF (once Incapsula): every value in quotes, `cs-uri` with the host in front. */
export const incapsulaW3c: LogFormat = {
  id: 'incapsula-w3c',
  title: 'Imperva Cloud WAF (Incapsula), W3C',
  reference: 'https://docs.imperva.com/bundle/cloud-application-security/page/more/log-file-structure.htm',
  example:
    '"2000-10-10" "20:55:36" "9b2e" "curl" "Bot" "false" "false" "203.0.113.9" "" "77" "NA" "1001" "curl/8.5.0" "5501" "2002" "SE" "EX" "Lund" "www.example.com" "55.7" "13.2" "Example" "www.example.com/a" "" "HTTP/1.1" "REQ_PASSED" "31" "https://example.com/" "192.0.2.1" "443" "GET" "b=1" "200" "203.0.113.9" "2326" "971211336123" "" "" "" "" ""',
  ...fromTable({
    delimiter: SPACE,
    spelling: 'csv',
    header: 'w3c',
    software: /incapsula|imperva/i,
    needs: ['c-ip', 's-siteid|cs-vid|s-suid|cs-clapp', 'cs-uri|cs-method|sc-action'],
    defaults: DEFAULTS.join(' ').split(' '),
    columns: {
      ...W3C_COLUMNS,
      's-computername': text(FIELD.host, 1),
      'cs(user-agent)': text(FIELD.userAgent),
      'cs(referrer)': text(FIELD.referrer),
      'cs(referer)': text(FIELD.referrer, 1),
      's-xff': text(FIELD.forwarded),
      'cs-bytes': bytes(false),
      'sc-action': extra('action'),
      'cs-rule': extra('rule_id'),
      's-rulename': extra('rule_name'),
      'cs-attacktype': extra('attack_type'),
      'cs-attackid': extra('attack_id'),
      'cs-severity': extra('level'),
      'cs-clapp': extra('client_application'),
      'cs-browsertype': extra('client_type'),
      'cs-countrycode': extra('country'),
      'cs-sessionid': extra('session_id'),
      'cs-vid': extra('visitor_id'),
      'cs-postbody': extra('request_body'),
      'cs-start': as({ as: 'skip' }),
      's-externalid': extra('request_id'),
      's-siteid': extra('site'),
      's-suid': extra('account'),
    },
  }),
  hint: W3C_LINE,
  stamp: { unknown: 'unknown' },
  directivePrefix: '#',
}
