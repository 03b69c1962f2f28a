/**
 * How applications answer a login, as of 2026-11: what the status says, and nothing that only a body or a cookie says.
 *
 * A row stands for all paths that end in one of its endings, so that an application under a prefix is known as well. A
 * status in neither list leaves an attempt open; rows without both lists are of applications that answer a right and a
 * wrong password alike. 401, 403 and 429 refuse everywhere and are not repeated.
 */
export interface LoginRow {
  readonly application: string
  /** Ends of normal paths in lower case, without the first slash; whole segments. */
  readonly endings: readonly string[]
  readonly failure: readonly number[]
  readonly success: readonly number[]
  /** Programs log in there by themselves, with what somebody gave them once. */
  readonly isForPrograms?: true
  /** Page or code that says so. */
  readonly source: string
}

/** More than one row may have an ending: the longest one counts. All are sent by POST. */
export const LOGIN_TABLE: readonly LoginRow[] = [
  {
    application: 'WordPress',
    endings: ['wp-login.php'],
    failure: [200],
    success: [302],
    source: 'https://developer.wordpress.org/reference/functions/wp_signon/',
  },
  {
    // the answer is an XML document with a fault in it, or none
    application: 'WordPress XML-RPC',
    endings: ['xmlrpc.php'],
    failure: [],
    success: [],
    source: 'https://developer.wordpress.org/reference/classes/wp_xmlrpc_server/',
  },
  // Drupal to Odoo: 200 is the form again, and at the same path of somebody's JSON API a success; the route's other answers tell
  {
    application: 'Drupal, Gitea or Forgejo',
    endings: ['user/login'],
    failure: [400, 422],
    success: [302, 303],
    source: 'https://github.com/go-gitea/gitea/blob/main/routers/web/auth/auth.go',
  },
  {
    application: 'Django admin',
    endings: ['admin/login'],
    failure: [400, 422],
    success: [302, 303],
    source: 'https://docs.djangoproject.com/en/5.2/topics/auth/default/#django.contrib.auth.views.LoginView',
  },
  {
    application: 'Devise or GitLab',
    endings: ['users/sign_in'],
    failure: [400, 422],
    success: [302, 303],
    source: 'https://github.com/heartcombo/devise/blob/main/CHANGELOG.md',
  },
  {
    application: 'Odoo',
    endings: ['web/login'],
    failure: [400, 422],
    success: [302, 303],
    source: 'https://github.com/odoo/odoo/blob/master/addons/web/controllers/home.py',
  },
  {
    application: 'Keycloak',
    endings: ['login-actions/authenticate'],
    failure: [200],
    success: [302, 303],
    source: 'https://www.keycloak.org/docs/latest/server_admin/',
  },
  {
    application: 'Servlet form login',
    endings: ['j_security_check'],
    failure: [200],
    success: [302, 303],
    source:
      'https://github.com/apache/tomcat/blob/main/java/org/apache/catalina/authenticator/FormAuthenticator.java',
  },
  {
    application: 'Jenkins or Spring Security',
    endings: ['j_spring_security_check', 'j_acegi_security_check'],
    failure: [],
    success: [],
    source: 'https://docs.spring.io/spring-security/reference/servlet/authentication/passwords/form.html',
  },
  {
    application: 'Bitbucket',
    endings: ['j_atl_security_check'],
    failure: [],
    success: [],
    source: 'https://docs.spring.io/spring-security/reference/servlet/authentication/passwords/form.html',
  },
  {
    application: 'Confluence',
    endings: ['dologin.action'],
    failure: [200],
    success: [302],
    source: 'https://confluence.atlassian.com/doc/confluence-security-overview-and-advisories-134526.html',
  },
  {
    application: 'Jira',
    endings: ['rest/auth/1/session'],
    failure: [],
    success: [200],
    source: 'https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#auth/1/session',
  },
  {
    application: 'MediaWiki',
    endings: ['special:userlogin'],
    failure: [200],
    success: [302],
    source: 'https://www.mediawiki.org/wiki/Manual:SpecialPages',
  },
  {
    application: 'Moodle',
    endings: ['login/index.php'],
    failure: [],
    success: [],
    source: 'https://github.com/moodle/moodle/blob/main/login/index.php',
  },
  {
    application: 'Nextcloud',
    endings: ['index.php/login'],
    failure: [],
    success: [],
    source: 'https://github.com/nextcloud/server/blob/master/core/Controller/LoginController.php',
  },
  {
    application: 'Zabbix',
    endings: ['zabbix/index.php'],
    failure: [200],
    success: [302],
    source: 'https://github.com/zabbix/zabbix/blob/master/ui/index.php',
  },
  {
    application: 'Magento',
    endings: ['customer/account/loginpost'],
    failure: [],
    success: [],
    source:
      'https://github.com/magento/magento2/blob/2.4-develop/app/code/Magento/Customer/Controller/Account/LoginPost.php',
  },
  {
    application: 'Exchange',
    endings: ['owa/auth.owa'],
    failure: [],
    success: [],
    source: 'https://learn.microsoft.com/en-us/exchange/clients/outlook-on-the-web/outlook-on-the-web',
  },
  {
    application: 'FortiGate',
    endings: ['remote/logincheck'],
    failure: [],
    success: [],
    source: 'https://docs.fortinet.com/product/fortigate',
  },
  {
    application: 'Home Assistant',
    endings: ['auth/token'],
    failure: [400],
    success: [200],
    source: 'https://developers.home-assistant.io/docs/auth_api/',
  },
  {
    application: 'Authelia',
    endings: ['api/firstfactor'],
    failure: [],
    success: [200],
    source: 'https://www.authelia.com/reference/guides/introduction/',
  },
  {
    application: 'Jellyfin or Emby',
    endings: ['users/authenticatebyname'],
    failure: [],
    success: [200],
    source: 'https://api.jellyfin.org/#tag/User/operation/AuthenticateUserByName',
  },
  {
    application: 'Proxmox',
    endings: ['access/ticket'],
    failure: [],
    success: [200],
    source: 'https://pve.proxmox.com/pve-docs/api-viewer/#/access/ticket',
  },
  {
    application: 'Portainer',
    endings: ['api/auth'],
    failure: [422],
    success: [200],
    source: 'https://docs.portainer.io/api/access',
  },
  {
    application: 'Nginx Proxy Manager',
    endings: ['api/tokens'],
    failure: [400],
    success: [200, 201],
    source: 'https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/backend/routes/tokens.js',
  },
  {
    application: 'Nexus',
    endings: ['rapture/session'],
    failure: [],
    success: [204],
    source: 'https://help.sonatype.com/en/sonatype-nexus-repository.html',
  },
  {
    // RFC 6749, section 5.2: 400, or 401 where the client itself is not known; Keycloak and Vaultwarden among others
    application: 'OAuth token endpoint',
    isForPrograms: true,
    endings: ['oauth/token', 'oauth2/token', 'openid-connect/token', 'connect/token', 'oauth2/v2.0/token'],
    failure: [400],
    success: [200],
    source: 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2',
  },
] as const

/** Last segments of login forms and session endpoints in wide use, whatever the application. */
export const LOGIN_SEGMENTS: readonly string[] = [
  'login',
  'signin',
  'sign-in',
  'sign_in',
  'log-in',
  'logon',
  'authenticate',
  'login_form',
  'login.php',
  'login.aspx',
  'login.jsp',
  'login.do',
  'login.html',
  'login.cgi',
  'token',
  'oauth2',
  'authorize',
  'session',
  'sessions',
] as const
