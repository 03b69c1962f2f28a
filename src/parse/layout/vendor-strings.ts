/** Format strings as their vendors ship them, verbatim. Layouts of built-in formats are compiled from these. */

/** @see https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples */
export const APACHE_COMMON = '"%h %l %u %t \\"%r\\" %>s %b"'
export const APACHE_COMBINED = '"%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-agent}i\\""'
export const APACHE_VHOST_COMMON = '"%v %h %l %u %t \\"%r\\" %>s %b"'

/** `/etc/apache2/apache2.conf` of Debian and Ubuntu; in theirs `combined` counts headers too (`%O`). */
export const DEBIAN_VHOST_COMBINED =
  'LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost_combined'

/** Predefined in nginx. @see https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format */
export const NGINX_COMBINED = `log_format combined '$remote_addr - $remote_user [$time_local] '
                    '"$request" $status $body_bytes_sent '
                    '"$http_referer" "$http_user_agent"';`

/** `/etc/nginx/nginx.conf` of the packages from nginx.org. */
export const NGINX_MAIN = `log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';`

/**
 * A LogFormat for servers without identd, which are nearly all: `%l` writes `-`.
 *
 * With the dash in the layout a host name in front of the line cannot pass for the client, nor the client for the ident.
 */
export function withoutIdent(format: string): string {
  return format.replace('%l', '-')
}
