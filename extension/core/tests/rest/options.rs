use crate::fake::{Fake, coded, function, header};
use howdah_core::catalog::Volatility;

#[test]
fn names_what_a_relation_allows() {
    let mut fake = Fake::default();
    let allow = |fake: &Fake, target: &str| {
        let response = fake.ok(&format!("OPTIONS {target}"), "", "");
        assert_eq!((response.status, response.body.len()), (200, 0));
        header(&response, "Allow").to_owned()
    };
    assert_eq!(allow(&fake, "/film"), "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE");
    assert_eq!(allow(&fake, "/log"), "OPTIONS,GET,HEAD,POST,PATCH,DELETE");
    fake.relations[0].updatable = false;
    assert_eq!(allow(&fake, "/film"), "OPTIONS,GET,HEAD,POST,DELETE");
    fake.relations[0].insertable = false;
    fake.relations[0].deletable = false;
    assert_eq!(allow(&fake, "/film"), "OPTIONS,GET,HEAD");
    assert_eq!(allow(&fake, "/"), "OPTIONS,GET,HEAD");
    assert_eq!(coded(&fake.fails("OPTIONS /nothing", "", "")), (404, "PGRST205"));
}

#[test]
fn names_what_a_function_allows() {
    let mut fake = Fake::default();
    let mut stable = function("read", &[]);
    stable.volatility = Volatility::Stable;
    fake.functions.push(stable);
    let allow = |target: &str| header(&fake.ok(target, "", ""), "Allow").to_owned();
    assert_eq!(allow("OPTIONS /rpc/now"), "OPTIONS,POST");
    assert_eq!(allow("OPTIONS /rpc/read"), "OPTIONS,GET,HEAD,POST");
    assert_eq!(coded(&fake.fails("OPTIONS /rpc/nothing", "", "")), (404, "PGRST202"));
    assert!(fake.ran.borrow().is_empty());
}
