//! Floor B: HTTP and one prepared statement a request, no authorization, JSON made by Postgres.
//!
//! FLOOR_LISTEN is host:port, FLOOR_DB a connection string, FLOOR_POOL the connections (16).
#![forbid(unsafe_code)]

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, body::Bytes};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use serde::Deserialize;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

const ONE: &str = "SELECT row_to_json(t)::text FROM public.task t WHERE id = $1";
const LIST: &str = "SELECT json_agg(row_to_json(r))::text FROM (SELECT * FROM public.task WHERE owner = $1 ORDER BY id LIMIT 20) r";
const LIST_INDEXED: &str = "SELECT json_agg(row_to_json(r))::text FROM (SELECT * FROM public.task_indexed WHERE owner = $1 ORDER BY id LIMIT 20) r";
const THOUSAND: &str = "SELECT json_agg(row_to_json(r))::text FROM (SELECT * FROM public.task WHERE owner = $1 ORDER BY id LIMIT 1000) r";
const CALL: &str = "SELECT to_json(public.open_tasks_of($1, $2))::text";
const INSERT: &str = "WITH i AS (INSERT INTO public.task (owner, title, done, priority, tags, meta)
    SELECT (j ->> 'owner')::uuid, j ->> 'title', (j ->> 'done')::bool, (j ->> 'priority')::int,
           ARRAY(SELECT json_array_elements_text(j -> 'tags')), (j -> 'meta')::jsonb
    FROM (SELECT $1::text::json AS j) s RETURNING *) SELECT row_to_json(i)::text FROM i";

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    id: i64,
    #[serde(default)]
    owner: Uuid,
    #[serde(default)]
    priority: i32,
}

async fn answer(pool: &Pool, status: StatusCode, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Response {
    let body = async {
        let client = pool.get().await.map_err(|e| e.to_string())?;
        let statement = client.prepare_cached(sql).await.map_err(|e| e.to_string())?;
        let row = client.query_one(&statement, values).await.map_err(|e| e.to_string())?;
        row.try_get::<_, String>(0).map_err(|e| e.to_string())
    };
    match body.await {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error).into_response(),
    }
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let manager = Manager::from_config(
        variable("FLOOR_DB")?.parse()?,
        tokio_postgres::NoTls,
        ManagerConfig { recycling_method: RecyclingMethod::Fast },
    );
    let size = variable("FLOOR_POOL").unwrap_or_else(|_| "16".to_owned()).parse()?;
    let pool = Pool::builder(manager).max_size(size).build()?;
    type Shared = State<Pool>;
    let app = Router::new()
        .route("/one", get(|State(p): Shared, Query(q): Query<Asked>| async move { answer(&p, StatusCode::OK, ONE, &[&q.id]).await }))
        .route("/list", get(|State(p): Shared, Query(q): Query<Asked>| async move { answer(&p, StatusCode::OK, LIST, &[&q.owner]).await }))
        .route("/list_indexed", get(|State(p): Shared, Query(q): Query<Asked>| async move { answer(&p, StatusCode::OK, LIST_INDEXED, &[&q.owner]).await }))
        .route("/thousand", get(|State(p): Shared, Query(q): Query<Asked>| async move { answer(&p, StatusCode::OK, THOUSAND, &[&q.owner]).await }))
        .route("/call", get(|State(p): Shared, Query(q): Query<Asked>| async move { answer(&p, StatusCode::OK, CALL, &[&q.owner, &q.priority]).await }))
        .route(
            "/insert",
            post(|State(p): Shared, body: Bytes| async move {
                match std::str::from_utf8(&body) {
                    Ok(text) => answer(&p, StatusCode::CREATED, INSERT, &[&text]).await,
                    Err(_) => StatusCode::BAD_REQUEST.into_response(),
                }
            }),
        )
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind(variable("FLOOR_LISTEN")?).await?;
    let mut end = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    axum::serve(listener, app).with_graceful_shutdown(async move { end.recv().await.unwrap_or_default() }).await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(serve())
}
