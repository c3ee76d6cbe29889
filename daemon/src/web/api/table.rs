//! The table of routes: each with who may come, what it takes and what it answers, from which both the router and the document
//! are made, so that neither knows a route that the other one does not. It may not know what routes do.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

use super::problem::Details;
use crate::web::app::App;

/// What keys that read are for.
pub(super) const READ: &str = "tickets:read";
/// What keys that change something are for.
pub(super) const WRITE: &str = "tickets:write";
/// The name of how programs say who they are.
pub(super) const BEARER: &str = "bearer";

/// A route.
pub(super) struct Route {
    pub(super) method: HttpMethod,
    pub(super) path: String,
    pub(super) scope: Option<&'static str>,
    pub(super) operation: Operation,
    pub(super) handler: MethodRouter<Arc<App>>,
}

/// How a route is written down.
pub(super) struct About {
    /// Its name, which programs that are made from the document give it.
    pub(super) name: &'static str,
    /// What it does, in a sentence.
    pub(super) summary: &'static str,
    /// What a query or a header may say, with what it means.
    pub(super) parameters: &'static [(ParameterIn, &'static str, &'static str)],
    /// The statuses that it answers with when all is well.
    pub(super) statuses: &'static [u16],
}

/// Routes that are being gathered.
#[derive(Default)]
pub(super) struct Table {
    pub(super) routes: Vec<Route>,
    pub(super) schemas: BTreeMap<String, RefOr<Schema>>,
}

impl Table {
    /// A route that changes nothing.
    pub(super) fn get<A: ToSchema, H: Handler<T, Arc<App>>, T: 'static>(
        &mut self,
        path: &str,
        about: &About,
        handler: H,
    ) {
        let answer = self.json::<A>();
        let operation = described(path, about, Some(READ), answer);
        self.add(HttpMethod::Get, path, Some(READ), operation, routing::get(handler));
    }

    /// A route whose answer is no JSON, or is for everybody.
    pub(super) fn get_as<H: Handler<T, Arc<App>>, T: 'static>(
        &mut self,
        path: &str,
        about: &About,
        (scope, kind): (Option<&'static str>, &str),
        handler: H,
    ) {
        let any =
            ObjectBuilder::new().schema_type(if kind == "application/json" { Type::Object } else { Type::String });
        let answer = ResponseBuilder::new().content(kind, ContentBuilder::new().schema(Some(any)).build());
        let operation = described(path, about, scope, answer);
        self.add(HttpMethod::Get, path, scope, operation, routing::get(handler));
    }

    /// A route that takes JSON.
    pub(super) fn post<B: ToSchema, A: ToSchema, H: Handler<T, Arc<App>>, T: 'static>(
        &mut self,
        path: &str,
        about: &About,
        handler: H,
    ) {
        self.learn::<B>();
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(B::name()))).build();
        let body = RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True));
        let answer = self.json::<A>();
        let operation = described(path, about, Some(WRITE), answer).request_body(Some(body.build()));
        self.add(HttpMethod::Post, path, Some(WRITE), operation, routing::post(handler));
    }

    /// A route that takes a file.
    pub(super) fn upload<A: ToSchema, H: Handler<T, Arc<App>>, T: 'static>(
        &mut self,
        path: &str,
        about: &About,
        handler: H,
    ) {
        let mut body = RequestBodyBuilder::new().required(Some(Required::True));
        for kind in ["multipart/form-data", "application/pdf", "image/jpeg", "application/octet-stream"] {
            let any = if kind == "multipart/form-data" {
                ObjectBuilder::new().property("file", ObjectBuilder::new().schema_type(Type::String)).required("file")
            } else {
                ObjectBuilder::new().schema_type(Type::String)
            };
            body = body.content(kind, ContentBuilder::new().schema(Some(any)).build());
        }
        let answer = self.json::<A>();
        let operation = described(path, about, Some(WRITE), answer).request_body(Some(body.build()));
        self.add(HttpMethod::Post, path, Some(WRITE), operation, routing::post(handler));
    }

    fn add(
        &mut self,
        method: HttpMethod,
        path: &str,
        scope: Option<&'static str>,
        operation: OperationBuilder,
        handler: MethodRouter<Arc<App>>,
    ) {
        self.learn::<Details>();
        self.routes.push(Route { method, path: path.to_owned(), scope, operation: operation.build(), handler });
    }

    /// Keeps a schema and those that it names.
    fn learn<S: ToSchema>(&mut self) {
        let mut named = vec![(S::name().into_owned(), S::schema())];
        S::schemas(&mut named);
        self.schemas.extend(named);
    }

    fn json<A: ToSchema>(&mut self) -> ResponseBuilder {
        self.learn::<A>();
        let schema = Ref::from_schema_name(A::name());
        ResponseBuilder::new().content("application/json", ContentBuilder::new().schema(Some(schema)).build())
    }
}

fn described(path: &str, about: &About, scope: Option<&'static str>, answer: ResponseBuilder) -> OperationBuilder {
    let mut operation = OperationBuilder::new().operation_id(Some(about.name)).summary(Some(about.summary));
    let text = || Some(ObjectBuilder::new().schema_type(Type::String));
    for name in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
        let place = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
        operation = operation.parameter(place.schema(text()));
    }
    for (place, name, meaning) in about.parameters {
        let parameter = ParameterBuilder::new().name(*name).parameter_in(place.clone()).description(Some(*meaning));
        operation = operation.parameter(parameter.required(Required::False).schema(text()));
    }
    let answer: Response = answer.description(about.summary).build();
    for status in about.statuses {
        operation = operation.response(status.to_string(), answer.clone());
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Details::name()))).build();
    let problem = ResponseBuilder::new().description("A problem.").content("application/problem+json", problem);
    operation = operation.response("default", problem.build());
    match scope {
        Some(scope) => operation.security(SecurityRequirement::new(BEARER, [scope])),
        None => operation.security(SecurityRequirement::default()),
    }
}
